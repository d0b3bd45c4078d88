/** The ONNX backend: records a program as an ONNX graph, runs it on ONNX Runtime, exports it as a file. */
@NullMarked
package io.captioner.onnx;

import org.jspecify.annotations.NullMarked;
