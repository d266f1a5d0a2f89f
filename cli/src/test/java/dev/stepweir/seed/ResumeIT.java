package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.resume.LockAttempt;
import dev.stepweir.operator.resume.ResumeLock;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.operator.resume.ResumeOutcome;
import dev.stepweir.operator.resume.ResumePlan;
import dev.stepweir.operator.resume.ResumePlan.Source;
import dev.stepweir.operator.resume.Resumes;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Dead letters, the dropping of duplicates and the lock together, on a real Redis and with real
 * roles. {@code scripts/resume-suite.sh} executes all of it as often as it is told.
 *
 * <ul>
 *   <li>The whole way: some items fail and get dead letters, the run is interrupted, two operators
 *       want to resume it and one may, what is left is gathered from three sources without
 *       duplicates, everything succeeds, and nothing is left behind.
 *   <li>Each pair of the three: the lock keeps a second operator from the dead letters; an item
 *       that is pending and dead is taken once; the lock is held while duplicates are dropped.
 * </ul>
 */
@WithRedis
@ExtendWith(AgainAndAgain.class)
@Timeout(60)
@DisplayName("S4-N1, S4-N2, S4-N3, S4-N5: resume, dead letters and lock together")
class ResumeIT {

    private static final ResumeOptions EVERYTHING = ResumeOptions.everything(3);
    private static final ResumeOptions WITH_LETTERS =
            new ResumeOptions(true, false, OptionalInt.empty());

    @TestTemplate
    @Timeout(30)
    @DisplayName(
            "S4-T1, S4-FR1, S4-FR3, S4-FR4, S4-FR7, S4-FR8:"
                    + " test_complete_resume_workflow_with_dlq_and_lock")
    void the_whole_way_from_failure_to_success(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            // Phase 1, setup: ten items, of which 1-3 succeed, 4-6 fail, 7-10 do not begin.
            TenItems items = new TenItems(stack, 6, 4, 5, 6);
            Resumes resumes = stack.client().resumes();

            // Phase 2, first execution.
            RunId run = items.interrupted();
            RunView first = items.view(run);
            assertThat(first.steps(StepStatus.SUCCEEDED)).isEqualTo(3);
            assertThat(first.steps(StepStatus.DEAD)).isEqualTo(3);
            assertThat(items.dead(run)).isEqualTo(TenItems.names(4, 5, 6));
            assertThat(items.executed())
                    .containsExactlyInAnyOrderElementsOf(TenItems.names(1, 2, 3, 4, 5, 6));

            // Phase 3, interruption: four are pending, and who interrupted it is known.
            assertThat(first.state()).isEqualTo(RunState.PAUSED);
            assertThat(first.paused().orElseThrow().by()).isEqualTo("ada");
            assertThat(items.in(StepStatus.READY, run)).isEqualTo(TenItems.names(7, 8, 9, 10));

            // Phase 4, two operators at once: one is told who holds the lock.
            assertThat(lockTwice(resumes, run)).isEqualTo("ada");
            assertThat(items.isLocked(run)).isFalse();

            // Phase 5, under the lock: seven of ten names are left, each once.
            try (ResumeLock lock = locked(resumes, run)) {
                ResumePlan plan = resumes.plan(run, EVERYTHING).orElseThrow();
                assertThat(plan.found()).isEqualTo(10);
                assertThat(plan.duplicates()).isEqualTo(3);
                assertThat(plan.items()).hasSize(7).doesNotHaveDuplicates();
                assertThat(TenItems.from(Source.PENDING, plan))
                        .isEqualTo(TenItems.names(7, 8, 9, 10));
                assertThat(TenItems.from(Source.FAILED, plan)).isEqualTo(TenItems.names(4, 5, 6));
                assertThat(resumes.resume(run, EVERYTHING, "eve", ""))
                        .isInstanceOf(ResumeOutcome.Locked.class);

                // Phase 6, execution once the fault is removed.
                items.mend();
                assertThat(lock.resume(EVERYTHING, "mended"))
                        .isInstanceOfSatisfying(
                                ResumeOutcome.Resumed.class,
                                resumed -> {
                                    assertThat(resumed.plan()).isEqualTo(plan);
                                    assertThat(resumed.published()).isEqualTo(3);
                                    assertThat(resumed.announced() + resumed.moved())
                                            .as("by the resume or by the orchestrator")
                                            .isEqualTo(4);
                                });
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
                assertThat(items.executed())
                        .as("seven processed, each once")
                        .containsExactlyInAnyOrderElementsOf(TenItems.names(4, 5, 6, 7, 8, 9, 10));
            }

            // Phase 7, clean-up.
            assertThat(items.dead(run)).isEmpty();
            assertThat(items.isLocked(run)).isFalse();

            // Phase 8, final state.
            RunView last = items.view(run);
            assertThat(last.steps(StepStatus.SUCCEEDED)).isEqualTo(10);
            assertThat(last.steps(StepStatus.DEAD)).isZero();
            assertThat(last.state()).isEqualTo(RunState.COMPLETED);
            assertThat(resumes.resume(run, EVERYTHING, "ada", ""))
                    .isEqualTo(new ResumeOutcome.Over(RunState.COMPLETED));
        }
    }

    private static ResumeLock locked(Resumes resumes, RunId run) {
        return switch (resumes.lock(run, "ada")) {
            case LockAttempt.Held(ResumeLock lock) -> lock;
            case LockAttempt other -> throw new AssertionError("no lock but " + other);
        };
    }

    /** The second asks while the first holds it; who that is, as the second is told. */
    private static String lockTwice(Resumes resumes, RunId run) throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        Callable<Boolean> first =
                () -> {
                    try (ResumeLock lock = locked(resumes, run)) {
                        taken.countDown();
                        return refused.await(10, TimeUnit.SECONDS) && lock.renew();
                    }
                };
        Callable<LockAttempt> second =
                () -> {
                    assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
                    LockAttempt attempt = resumes.lock(run, "eve");
                    refused.countDown();
                    return attempt;
                };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> one = threads.submit(first);
            Future<LockAttempt> two = threads.submit(second);
            assertThat(one.get()).as("the first keeps it").isTrue();
            return two.get() instanceof LockAttempt.HeldBy(var holder) ? holder.by() : "nobody";
        }
    }

    @TestTemplate
    @Timeout(10)
    @DisplayName("S4-T2, S4-FR2: test_concurrent_resume_blocked_with_dlq")
    void two_see_the_dead_letters_and_one_takes_them(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10, 4, 5, 6);
            Resumes resumes = stack.client().resumes();
            RunId run = items.failed();
            items.mend();

            try (ResumeLock lock = locked(resumes, run)) {
                for (int operator = 0; operator < 2; operator++) {
                    ResumePlan plan = resumes.plan(run, WITH_LETTERS).orElseThrow();
                    assertThat(TenItems.from(Source.DEAD, plan)).isEqualTo(TenItems.names(4, 5, 6));
                }
                assertThat(resumes.resume(run, WITH_LETTERS, "eve", ""))
                        .isInstanceOfSatisfying(
                                ResumeOutcome.Locked.class,
                                locked -> assertThat(locked.holder().by()).isEqualTo("ada"));
                assertThat(lock.resume(WITH_LETTERS, "")).isInstanceOf(ResumeOutcome.Resumed.class);
            }

            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            assertThat(stack.client().runs().history(run).stream().map(HistoryEntry::event))
                    .filteredOn("REDRIVEN"::equals)
                    .hasSize(3);
        }
    }

    @TestTemplate
    @DisplayName("S4-T3: test_deduplication_with_dlq_and_pending")
    void an_item_that_is_pending_and_dead_is_pending(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10, 5);
            Resumes resumes = stack.client().resumes();
            RunId run = items.submit();
            try (Worker worker = items.worker(10)) {
                items.go();
                assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
            }
            // Nobody executes it, so that it is on its way and its letter is still there.
            items.mend();
            assertThat(stack.client().deadLetters().redrive(run + "/item-5", "ada", ""))
                    .isEqualTo(RedriveStep.Outcome.PUBLISHED);
            assertThat(items.dead(run)).isEqualTo(TenItems.names(5));

            ResumePlan plan = resumes.plan(run, WITH_LETTERS).orElseThrow();

            assertThat(plan.found()).isEqualTo(2);
            assertThat(plan.items())
                    .containsExactly(
                            new ResumePlan.Item(
                                    "item-5",
                                    Source.PENDING,
                                    StepState.READY,
                                    ResumePlan.Act.ANNOUNCE));
            items.executed();
            assertThat(resumes.resume(run, WITH_LETTERS, "ada", ""))
                    .isEqualTo(new ResumeOutcome.Resumed(plan, 0, 0, 0));
            items.worker(10);
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            assertThat(items.executed()).isEqualTo(TenItems.names(5));
            assertThat(items.dead(run)).isEmpty();
        }
    }

    @TestTemplate
    @DisplayName("S4-T4, S4-FR5, S4-FR6, S4-N4: test_retry_success_cleans_up_dlq_and_releases_lock")
    void a_retry_that_succeeds_leaves_no_letter_and_no_lock(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 10, 4, 5, 6);
            Resumes resumes = stack.client().resumes();
            // 1: the run fails, and its letters are there.
            RunId run = items.failed();
            assertThat(items.dead(run)).isEqualTo(TenItems.names(4, 5, 6));
            items.executed();
            // 2: the lock.
            try (ResumeLock lock = locked(resumes, run)) {
                assertThat(items.isLocked(run)).isTrue();
                // 3: a retry that fails again leaves its letters, with one more attempt each.
                assertThat(lock.resume(new ResumeOptions(true, false, OptionalInt.of(1)), ""))
                        .isInstanceOf(ResumeOutcome.Resumed.class);
                assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
                assertThat(items.dead(run)).isEqualTo(TenItems.names(4, 5, 6));
                assertThat(stack.client().deadLetters().show(run + "/item-4").orElseThrow())
                        .satisfies(view -> assertThat(view.letter().attempts()).isEqualTo(2));
                // 4: the items succeed.
                items.mend();
                assertThat(lock.resume(WITH_LETTERS, "")).isInstanceOf(ResumeOutcome.Resumed.class);
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            // 5: no letters. 6: no lock.
            assertThat(items.dead(run)).isEmpty();
            assertThat(items.isLocked(run)).isFalse();
            assertThat(items.executed()).hasSize(6);
            assertThat(stack.client().runs().purge(run)).isEqualTo(PurgeRun.Outcome.PURGED);
            assertThat(server.state().asMap().keySet()).noneMatch(key -> key.contains(run.text()));
        }
    }

    @TestTemplate
    @DisplayName("S4-T5: test_resume_after_partial_failure")
    void what_failed_and_what_never_began_is_processed(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            TenItems items = new TenItems(stack, 8, 6, 7, 8);
            RunId run = items.interrupted();
            assertThat(items.in(StepStatus.SUCCEEDED, run))
                    .isEqualTo(TenItems.names(1, 2, 3, 4, 5));
            assertThat(items.dead(run)).isEqualTo(TenItems.names(6, 7, 8));
            assertThat(items.in(StepStatus.READY, run)).isEqualTo(TenItems.names(9, 10));
            items.executed();
            items.mend();

            ResumeOutcome outcome = stack.client().resumes().resume(run, WITH_LETTERS, "ada", "");

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            ResumeOutcome.Resumed.class,
                            resumed -> {
                                assertThat(resumed.plan().items()).hasSize(5);
                                assertThat(resumed.plan().duplicates()).isZero();
                            });
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            assertThat(items.executed())
                    .containsExactlyInAnyOrderElementsOf(TenItems.names(6, 7, 8, 9, 10));
            assertThat(items.dead(run)).isEmpty();
            assertThat(items.view(run).steps(StepStatus.SUCCEEDED)).isEqualTo(10);
        }
    }

    @TestTemplate
    @DisplayName("S4-FR5: the lock is free after a resume that could not be done")
    void the_lock_is_free_after_a_resume_that_raised(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator()) {
            TenItems items = new TenItems(stack, 10, 4);
            RunId run = items.submit();
            try (Worker worker = items.worker(10)) {
                items.go();
                assertThat(stack.await(run).state()).isEqualTo(RunState.FAILED);
            }
            String queue = stack.namespace().keys(run).queue("item");
            server.commands().del(queue);
            server.commands().set(queue, "no stream");

            assertThatThrownBy(() -> stack.client().resumes().resume(run, WITH_LETTERS, "ada", ""))
                    .hasMessageContaining("WRONGTYPE");

            assertThat(items.isLocked(run)).isFalse();
            assertThat(items.view(run).state()).isEqualTo(RunState.FAILED);
        }
    }

    @TestTemplate
    void a_run_whose_failed_steps_cannot_be_published_stays_paused(TestRedis server)
            throws Exception {
        try (Stack stack = Stack.open(server).orchestrator()) {
            TenItems items = new TenItems(stack, 10, 4);
            RunId run = items.interrupted();
            String queue = stack.namespace().keys(run).queue("item");
            server.commands().del(queue);
            server.commands().set(queue, "no stream");

            // Taken up without them it would be blocked, and told to have failed.
            assertThatThrownBy(() -> stack.client().resumes().resume(run, WITH_LETTERS, "ada", ""))
                    .hasMessageContaining("WRONGTYPE");

            assertThat(items.view(run).state()).isEqualTo(RunState.PAUSED);
        }
    }
}
