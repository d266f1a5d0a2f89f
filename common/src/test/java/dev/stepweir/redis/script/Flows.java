package dev.stepweir.redis.script;

import dev.stepweir.workflow.Workflow;

/** The workflows of these tests; their steps' queues are {@code work} and {@code other}. */
final class Flows {

    static final Workflow EMPTY = Workflow.builder("empty").build();

    static final Workflow SINGLE =
            Workflow.builder("single").step("only", s -> s.handler("work")).build();

    /** A breaker may hold back the first. */
    static final Workflow PAIR =
            Workflow.builder("pair")
                    .step("first", s -> s.handler("work").breaker("api"))
                    .step("second", s -> s.handler("other").after("first"))
                    .build();

    /** Names as users write them. */
    static final Workflow ODD_NAMES =
            Workflow.builder("odd names")
                    .step("two words - {x}", s -> s.handler("work"))
                    .step("s:$end", s -> s.handler("other").after("two words - {x}"))
                    .build();

    /** Three roots that one step waits for. */
    static final Workflow JOIN =
            Workflow.builder("join")
                    .step("a", s -> s.handler("work"))
                    .step("b", s -> s.handler("work"))
                    .step("c", s -> s.handler("work"))
                    .step("all", s -> s.handler("other").after("a", "b", "c"))
                    .build();

    /** Two steps of different handlers that have their only dependency in common. */
    static final Workflow SIBLINGS =
            Workflow.builder("siblings")
                    .step("root", s -> s.handler("work"))
                    .step("left", s -> s.handler("work").after("root"))
                    .step("right", s -> s.handler("other").after("root"))
                    .build();

    /** One root, then two steps that nothing waits for: the run has two ends. */
    static final Workflow FORK =
            Workflow.builder("fork")
                    .step("root", s -> s.handler("work"))
                    .step("left", s -> s.handler("other").after("root"))
                    .step("right", s -> s.handler("other").after("root"))
                    .build();

    private Flows() {}
}
