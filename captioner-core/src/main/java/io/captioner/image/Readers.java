package io.captioner.image;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import io.captioner.ImageException;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * Runs a reader of ImageIO on bytes in memory and turns whatever goes wrong inside of it into an {@link ImageException}. Readers are
 * made from their providers directly, not looked up by file format, so that neither the class loader of the caller nor a merged jar nor
 * other plug-ins of the application change which one decodes.
 */
final class Readers {
    private Readers() {}

    /** What is read with the reader. */
    @FunctionalInterface
    interface Reading<T> {
        T read(ImageReader reader) throws IOException;
    }

    /** The JDK's own reader of {@code format}; a plug-in that took its name does not matter. */
    static ImageReaderSpi ofJdk(String format, Source source) {
        Iterator<ImageReaderSpi> providers =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (providers.hasNext()) {
            ImageReaderSpi provider = providers.next();
            if (provider.getClass().getModule() == ImageIO.class.getModule()
                    && List.of(provider.getFormatNames()).contains(format)) {
                return provider;
            }
        }
        throw source.unsupported(
                "a " + format.toUpperCase(Locale.ROOT) + " picture whose reader was removed from this JVM", null);
    }

    /**
     * Reads {@code content}.
     *
     * @param provider whose reader does it
     * @param source the file it came from, for messages
     */
    static <T> T read(ImageReaderSpi provider, byte[] content, Source source, Reading<T> reading) {
        ImageReader reader = null;
        try (var stream = new ByteArrayImageInputStream(content)) {
            reader = provider.createReaderInstance(null);
            Warnings warnings = new Warnings();
            reader.addIIOReadWarningListener(warnings);
            reader.setInput(stream, true, true);
            T result = reading.read(reader);
            warnings.check(source);
            return result;
        } catch (ImageException e) {
            throw e;
        } catch (UnsupportedOperationException e) {
            throw source.unsupported("of a rare kind (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof EOFException) {
                    throw source.truncated(e);
                }
            }
            String message = String.valueOf(e.getMessage());
            if (e instanceof IIOException && message.toLowerCase(Locale.ROOT).contains("unsupported")) {
                throw source.unsupported("of a rare kind (" + message + ")", e);
            }
            throw source.corrupt(message, e);
        } catch (RuntimeException | StackOverflowError e) {
            // readers meet damaged data with unchecked exceptions: indices out of range, missing entries, endless
            // nesting
            throw source.corrupt("its content contradicts itself (" + e + ")", e);
        } finally {
            if (reader != null) {
                reader.dispose();
            }
        }
    }

    /** Readers report damage that they paint over as a warning. */
    private static final class Warnings implements IIOReadWarningListener {
        private final List<String> texts = new ArrayList<>();

        @Override
        public void warningOccurred(ImageReader reader, String warning) {
            if (texts.size() < 100) {
                texts.add(String.valueOf(warning));
            }
        }

        /** Throws when a warning says that part of the picture is missing or made up. */
        void check(Source source) {
            for (String text : texts) {
                String lower = text.toLowerCase(Locale.ROOT);
                if (lower.contains("truncated")
                        || lower.contains("premature end of jpeg file")
                        || lower.contains("end of file")) {
                    throw source.truncated(new IIOException(text));
                }
                if (lower.contains("premature end of data segment")
                        || lower.contains("bad huffman")
                        || lower.contains("corrupt jpeg data: found marker")
                        || lower.contains("inconsistent progression")
                        || lower.contains("arithmetic")) {
                    throw source.corrupt(text, new IIOException(text));
                }
            }
        }
    }
}
