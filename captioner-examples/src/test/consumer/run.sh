#!/usr/bin/env bash
# Captions a photo from a fresh Maven project outside of the repository, with each backend alone on the class path and no log provider:
# equal captions, nothing on standard error, no thread left that keeps the process.
#
#   captioner-examples/src/test/consumer/run.sh [MODEL_FOLDER]      the bundled model by default
#
# JAVA_HOMES: JDKs to run on, separated by spaces (default: the one Maven uses). CONSUMER_REPOSITORY: local Maven repository that the
# modules are installed into (default: a new one). MAVEN_ARGS: for example -o.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repository=${CONSUMER_REPOSITORY:-$work/repository}
photo=$root/docs/photos/china.jpg
model=${1:+$(cd "$1" && pwd)}
maven=(mvn -q -B ${MAVEN_ARGS:-} "-Dmaven.repo.local=$repository")

echo "installing into $repository" >&2
"${maven[@]}" -f "$root/pom.xml" -pl captioner-onnx,captioner-djl,captioner-default-model -am install -DskipTests -Dspotless.check.skip=true

first=
for backend in onnx djl; do
    project=$work/$backend
    mkdir -p "$project/src/main/java"
    cp "$here/pom.xml" "$project"
    cp "$here/Consumer.java" "$project/src/main/java"
    "${maven[@]}" -f "$project/pom.xml" "-Dbackend=$backend" compile dependency:build-classpath "-Dmdep.outputFile=$project/classpath"
    for home in ${JAVA_HOMES:-default}; do
        java=java
        [ "$home" = default ] || java=$home/bin/java
        # JDK 24 and later warn where native libraries are loaded without leave
        leave=
        "$java" --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1 && leave=--enable-native-access=ALL-UNNAMED
        caption=$("$java" $leave -cp "$project/target/classes:$(cat "$project/classpath")" Consumer "$backend" "$photo" $model \
            2>"$work/errors") || { cat "$work/errors" >&2; echo "failed: $backend on $home" >&2; exit 1; }
        echo "$backend on $home: $caption"
        if [ -s "$work/errors" ]; then
            cat "$work/errors" >&2
            echo "$backend on $home wrote to standard error" >&2
            exit 1
        fi
        first=${first:-$caption}
        if [ "$caption" != "$first" ]; then
            echo "captions differ: $first" >&2
            exit 1
        fi
    done
done
