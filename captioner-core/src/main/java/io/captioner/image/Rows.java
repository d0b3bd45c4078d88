package io.captioner.image;

/** Learns of a picture while its rows are still being decoded. A decoder that can tell calls it, on the thread that decodes. */
interface Rows {
    /** Nobody's. */
    Rows UNSEEN = new Rows() {
        @Override
        public void begin(RgbImage picture) {}

        @Override
        public void ready(int count) {}
    };

    /** @param picture that is being decoded, without any of its rows; what {@link ImageDecoder#decode} will return, if it does */
    void begin(RgbImage picture);

    /** @param count of rows, from the top, that will not change any more */
    void ready(int count);
}
