/** JMH benchmarks of the parts that run on the Java heap; run by hand, never by the tests. */
@NullMarked
package io.captioner.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
