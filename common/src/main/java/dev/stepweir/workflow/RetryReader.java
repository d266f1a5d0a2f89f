package dev.stepweir.workflow;

import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Located;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a {@code retry} object, of a step, of one category of its failures, or of a workflow. */
final class RetryReader {

    private static final List<String> OWN_FIELDS =
            List.of(
                    "retryable",
                    "max_attempts",
                    "backoff",
                    "backoff_base_ms",
                    "backoff_multiplier",
                    "max_backoff_ms",
                    "jitter");

    private static final String PER_CATEGORY = "per_category";

    private static final List<String> FIELDS =
            Stream.concat(OWN_FIELDS.stream(), Stream.of(PER_CATEGORY)).toList();

    /** A category that is never tried again has no policy to speak of. */
    private static final List<FailureCategory> CATEGORIES =
            Arrays.stream(FailureCategory.values()).filter(FailureCategory::isRetryable).toList();

    private static final List<String> CATEGORY_WORDS =
            CATEGORIES.stream().map(FailureCategory::word).toList();

    private final ObjectReader in;
    private final String model;
    private final Report report;

    /**
     * @param model how the rules call the object
     */
    RetryReader(ObjectReader in, String model) {
        this.in = in;
        this.model = model;
        this.report = in.report();
    }

    /** Reads the policy of a step. */
    void read(RetryPolicy.Builder retry) {
        in.checkFields(FIELDS, List.of());
        readOwn(retry);
        in.object(PER_CATEGORY, model + "." + PER_CATEGORY)
                .ifPresent(categories -> readCategories(categories, retry));
    }

    /** Reads what holds for all categories alike. */
    void readPlain(RetryPolicy.Builder retry) {
        Located.@Nullable Field misplaced = in.located().fields().get(PER_CATEGORY);
        in.checkFields(misplaced == null ? OWN_FIELDS : FIELDS, List.of());
        if (misplaced != null) {
            report.fault(
                    in.path(PER_CATEGORY),
                    misplaced.keyPlace(),
                    "",
                    "",
                    "stands only in a step's retry or in retry_defaults");
        }
        readOwn(retry);
    }

    private void readOwn(RetryPolicy.Builder retry) {
        in.flag("retryable", model + ".retryable").ifPresent(retry::retryable);
        in.attempts("max_attempts", model + ".max_attempts").ifPresent(retry::maxAttempts);
        Optional<Backoff> backoff =
                in.word("backoff", model + ".backoff", Backoff.words()).flatMap(Backoff::ofWord);
        backoff.ifPresent(retry::backoff);
        Optional<Duration> base = in.time("backoff_base_ms", model + ".backoff_base_ms", 1);
        base.ifPresent(retry::base);
        Optional<Duration> cap = in.time("max_backoff_ms", model + ".max_backoff_ms", 1);
        cap.ifPresent(retry::cap);
        in.number("backoff_multiplier", model + ".backoff_multiplier")
                .ifPresent(multiplier -> retry.multiplier(multiplier.doubleValue()));
        in.number("jitter", model + ".jitter")
                .ifPresent(share -> retry.jitter(share.doubleValue()));
        if (base.isPresent() && cap.isPresent() && base.get().compareTo(cap.get()) > 0) {
            report.warn(
                    in.path("backoff_base_ms"),
                    in.place("backoff_base_ms"),
                    base.get().toMillis() + " ms",
                    "is above max_backoff_ms, so that every delay is the longest one");
        }
        backoff.ifPresent(this::warnOfUnused);
    }

    /** What the strategy makes of no account is most likely a misunderstanding. */
    private void warnOfUnused(Backoff backoff) {
        if (backoff == Backoff.NONE && in.has("max_attempts")) {
            report.warn(
                    in.path("max_attempts"),
                    in.place("max_attempts"),
                    "",
                    "is not used: 'none' means a single attempt;"
                            + " 'immediate' tries again without delay");
        }
        boolean withoutBase =
                backoff == Backoff.NONE
                        || backoff == Backoff.IMMEDIATE
                        || backoff == Backoff.SERVER_SPECIFIED;
        if (withoutBase && in.has("backoff_base_ms")) {
            report.warn(
                    in.path("backoff_base_ms"),
                    in.place("backoff_base_ms"),
                    "",
                    "is not used by '" + backoff.word() + "'");
        }
    }

    private void readCategories(ObjectReader categories, RetryPolicy.Builder retry) {
        categories.checkFields(CATEGORY_WORDS, List.of());
        for (FailureCategory category : CATEGORIES) {
            String field = model + "." + PER_CATEGORY + "." + category.word();
            categories
                    .object(category.word(), field)
                    .ifPresent(own ->
                            retry.on(
                                    category,
                                    policy -> new RetryReader(own, field).readPlain(policy)));
        }
    }
}
