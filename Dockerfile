# syntax=docker/dockerfile:1
# Checked by parsing only, never built: see docs/deployment.md.
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN ./mvnw -q -B -ntp -Dmaven.test.skip=true -pl cli -am package

FROM eclipse-temurin:25-jre
RUN groupadd --system --gid 10001 stepweir \
 && useradd --system --uid 10001 --gid stepweir --no-create-home --shell /usr/sbin/nologin stepweir
COPY --from=build /src/cli/target/lib /opt/stepweir/lib
COPY --from=build /src/cli/target/stepweir.jar /opt/stepweir/stepweir.jar
# The licence of the Redis program that one of the libraries brings along.
COPY --from=build /src/THIRD-PARTY.md /opt/stepweir/THIRD-PARTY.md
# Jars put into handlers/ are on the class path of every worker: mount them, or build FROM this image.
RUN mkdir /opt/stepweir/handlers
ENV CLASSPATH=/opt/stepweir/stepweir.jar:/opt/stepweir/lib/*:/opt/stepweir/handlers/*
USER 10001:10001
WORKDIR /tmp
# A full heap ends the process: its leases pass to a healthy one, and the container starts again.
ENTRYPOINT ["java", "-XX:+ExitOnOutOfMemoryError", "-XX:MaxRAMPercentage=75", "--enable-native-access=ALL-UNNAMED", "dev.stepweir.cli.Stepweir"]
CMD ["--help"]
