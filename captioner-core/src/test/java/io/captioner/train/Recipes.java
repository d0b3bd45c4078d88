package io.captioner.train;

/** Recipes for tests: small, and with one thing changed. */
final class Recipes {
    int epochs = 3;
    int patience;
    int checkpointEvery;
    int accumulation = 1;
    int averageBest = 1;
    double weightAverage;
    DevMeasure chooseBy = DevMeasure.LOSS;
    long seed = 7;
    double learningRate = 0.05;
    Schedule schedule = Schedule.constant();
    Precision compute = Precision.FLOAT32;

    Recipe make() {
        return new Recipe(
                epochs,
                2,
                2,
                Optimizer.sgd(0.5),
                learningRate,
                learningRate / 10,
                schedule,
                GradientClip.globalNorm(5),
                0,
                1,
                LatentWeight.DEFAULT,
                20,
                1,
                "frozen",
                "",
                true,
                RandomCrop.NONE,
                seed,
                patience,
                checkpointEvery,
                weightAverage,
                chooseBy,
                0,
                accumulation,
                null,
                averageBest,
                null,
                compute);
    }

    /** Seven pictures with one to four captions of three to eight ids. */
    static EncodedCaptions captions(int offset) {
        long[][][] ids = new long[7][][];
        for (int image = 0; image < ids.length; image++) {
            ids[image] = new long[1 + image % 4][];
            for (int caption = 0; caption < ids[image].length; caption++) {
                long[] words = new long[3 + (image * 3 + caption) % 6];
                for (int t = 0; t < words.length; t++) {
                    words[t] = t == 0 ? 1 : t == words.length - 1 ? 2 : 4 + (image + caption + t + offset) % 5;
                }
                ids[image][caption] = words;
            }
        }
        return new EncodedCaptions(ids);
    }
}
