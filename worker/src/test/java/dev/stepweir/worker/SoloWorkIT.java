package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.failure.StandardClassifier;
import dev.stepweir.handler.Handlers;
import dev.stepweir.redis.BlockingConnection;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Partition;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

@WithRedis
class SoloWorkIT extends WithRuns {

    private static final Workflow HELD_UP =
            Workflow.builder("held up").step("only", s -> s.handler("held up")).build();

    private final Handlers handlers = new Handlers().add("held up", (input, context) -> "done");

    @Test
    void a_suspect_whose_queue_is_paused_while_it_is_read_is_handed_back() throws Exception {
        try (ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
                LaneContext context =
                        new LaneContext(
                                runs.redis,
                                runs.namespace,
                                "w1",
                                handlers.byName(),
                                WorkerConfig.DEFAULT.withConcurrency(8),
                                new FailurePolicy(
                                        RandomGenerator.getDefault(), new StandardClassifier()),
                                result -> {},
                                Clock.systemUTC(),
                                new Background(scheduler, fatal -> {}),
                                () -> {})) {
            Slots slots = context.slots();
            for (Keys keys : runs.namespace.all()) {
                RedisFutures.join(context.ensureGroups(new Partition(keys, "w1")));
            }
            RunId run = runs.start(HELD_UP, 1);
            Partition partition = new Partition(runs.namespace.keys(run), "w1");
            Lane lane =
                    context.openLane(
                            partition,
                            runs.redis.openConnection(),
                            BlockingConnection.open(runs.redis));
            assertThat(slots.takeAll(0)).isTrue();
            SoloWork solo = new SoloWork(runs.redis, context, RandomGenerator.getDefault());
            slots.pause(Set.of("held up"));

            assertThat(solo.executeAlone(new SoloWork.Place(lane, "held up"))).isEqualTo(8);

            await().until(() -> runs.step(run, "only").published().number() == 2);
            assertThat(runs.step(run, "only").ledgers().attempt()).isEqualTo(1);
            assertThat(lane.inHand()).isEmpty();
        }
    }
}
