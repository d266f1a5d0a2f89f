package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredValueTest {

    @Test
    void a_value_kept_in_place_comes_back_as_it_was() {
        Random random = new Random(7);
        for (int length = 0; length <= StoredValue.INLINE_LIMIT; length += 1 + length / 3) {
            byte[] value = new byte[length];
            random.nextBytes(value);

            byte[] field = StoredValue.inline(value);

            assertThat(StoredValue.isReference(field)).isFalse();
            assertThat(StoredValue.value(field)).isEqualTo(value);
        }
    }

    @Test
    void the_limit_is_the_last_that_is_kept_in_place() {
        assertThat(StoredValue.isInline(new byte[StoredValue.INLINE_LIMIT])).isTrue();
        assertThat(StoredValue.isInline(new byte[StoredValue.INLINE_LIMIT + 1])).isFalse();
    }

    @Test
    void no_value_looks_like_a_reference() {
        assertThat(StoredValue.isReference(StoredValue.inline(Bytes.of("@")))).isFalse();
        assertThat(StoredValue.isReference(StoredValue.reference())).isTrue();
        assertThatThrownBy(() -> StoredValue.value(StoredValue.reference()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> StoredValue.value(Bytes.EMPTY))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nobody_changes_what_others_see_as_a_reference() {
        StoredValue.reference()[0] = '!';

        assertThat(StoredValue.isReference(StoredValue.reference())).isTrue();
    }
}
