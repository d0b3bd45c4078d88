/**
 * What every backend must do, as tests to extend: {@link io.captioner.contract.BackendContract} for running, {@link
 * io.captioner.contract.GradientContract} for training, {@link io.captioner.contract.OpsFixtures} for PyTorch's numbers.
 */
@NullMarked
package io.captioner.contract;

import org.jspecify.annotations.NullMarked;
