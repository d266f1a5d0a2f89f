package dev.stepweir.client;

/** An input is larger than Stepweir carries. Store it elsewhere and pass a reference. */
public final class PayloadTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long size;
    private final long limit;

    PayloadTooLargeException(long size, long limit) {
        super(
                "the input has %,d bytes as JSON, at most %,d are carried: pass a reference instead"
                        .formatted(size, limit));
        this.size = size;
        this.limit = limit;
    }

    /** Bytes of the input as JSON. */
    public long size() {
        return size;
    }

    /** Bytes that an input may have. */
    public long limit() {
        return limit;
    }
}
