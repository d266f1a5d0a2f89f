package dev.stepweir.examples;

import dev.stepweir.handler.HandlerProvider;
import dev.stepweir.handler.Handlers;

/**
 * Brings the handlers of {@code index.yaml} and {@code failures.yaml}; workers find it through
 * {@code META-INF/services}.
 */
public final class ExampleHandlers implements HandlerProvider {

    @Override
    public void provide(Handlers handlers) {
        handlers.add("index-list", IndexSteps::list);
        handlers.add("index-split", FileList.class, IndexSteps::split);
        handlers.add("index-count", Batches.class, IndexSteps::count);
        handlers.add("index-merge", IndexSteps::merge);
        handlers.add("index-report", Totals.class, IndexReport::write);
        handlers.add("journey-price", Journey::price);
        handlers.add("journey-approve", Journey::approve);
        handlers.add("journey-ship", Journey::ship);
    }
}
