package dev.stepweir.redis.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.preflight.Preflight.Finding;
import dev.stepweir.redis.preflight.Preflight.Level;
import dev.stepweir.redis.script.Script;
import dev.stepweir.testkit.RedisState;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RightsIT extends Connected {

    private static final Pattern CALL =
            Pattern.compile("call\\('([A-Z]+)'(?:, *'(CREATE|DELCONSUMER|GROUPS|CONSUMERS)')?");

    private String user;
    private Redis limited;

    @BeforeEach
    void allow() {
        user = "u-" + server.namespace();
        setUser("on", ">pw", "~" + server.keyPrefix() + "*", "&" + server.keyPrefix() + "*");
        setUser("+@all");
        String address = server.uri().replaceFirst("//[^@]*@", "//" + user + ":pw@");
        limited = Redis.connect(address, "test");
    }

    @AfterEach
    void forbid() {
        limited.close();
        server.commands().aclDeluser(user);
    }

    @Test
    void whoever_may_do_all_lacks_nothing_and_trying_changes_nothing() {
        RedisState before = server.state();

        assertThat(rights()).isEqualTo(new Finding(Level.OK, "rights", "all that are needed"));

        assertThat(server.state()).isEqualTo(before);
    }

    @Test
    void each_right_that_is_missing_is_named() {
        for (String form : Rights.FORMS) {
            String command = Rights.command(form);
            String rule = command.toLowerCase(Locale.ROOT).replace(' ', '|');
            setUser("-" + rule);

            assertThat(rights().level()).as(command).isEqualTo(Level.FAIL);
            assertThat(rights().message()).startsWith("Redis refuses " + command + " (NOPERM ");

            setUser("+" + rule);
        }
    }

    @Test
    void a_right_to_subscribe_is_named_as_well() {
        setUser("-subscribe");
        assertThat(rights().message()).startsWith("Redis refuses SUBSCRIBE (NOPERM ");
    }

    @Test
    void keys_and_channels_of_another_namespace_are_no_use() {
        String ours = " that begin with '" + server.keyPrefix() + "'";
        setUser("resetchannels");
        assertThat(rights().message()).startsWith("Redis refuses channels" + ours + " (NOPERM ");

        setUser("allchannels", "resetkeys", "~sw:{other:*");
        assertThat(rights().message()).startsWith("Redis refuses keys" + ours + " (NOPERM ");
    }

    @Test
    void every_command_of_a_script_is_tried() {
        Set<String> called = new TreeSet<>();
        for (Script script : Script.values()) {
            Matcher call = CALL.matcher(script.source());
            while (call.find()) {
                called.add(call.group(1) + (call.group(2) == null ? "" : " " + call.group(2)));
            }
        }
        Set<String> tried = Rights.FORMS.stream().map(Rights::command).collect(Collectors.toSet());

        assertThat(called).contains("HSET", "XGROUP CREATE");
        called.removeAll(tried);
        assertThat(called).containsExactly("HSETNX", "RPUSH", "SADD");
    }

    private Finding rights() {
        return Preflight.rights(limited, namespace.keys(0));
    }

    private void setUser(String... rules) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        args.add("SETUSER").add(user);
        for (String rule : rules) {
            args.add(rule);
        }
        server.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
    }
}
