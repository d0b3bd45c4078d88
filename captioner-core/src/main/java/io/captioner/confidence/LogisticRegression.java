package io.captioner.confidence;

/**
 * P(y = 1 | x) = 1 / (1 + exp(-w . x)), fitted by Newton's method (iteratively reweighted least squares) with a small ridge on standardised
 * inputs, so that it also ends where the classes are separable.
 */
final class LogisticRegression {
    private static final double RIDGE = 1e-4;
    private static final int STEPS = 100;
    private static final double CONVERGED = 1e-10;

    private LogisticRegression() {}

    /**
     * @param inputs (n, k)
     * @param good (n)
     * @return intercept and k weights, for inputs as they are given
     */
    static double[] fit(double[][] inputs, boolean[] good) {
        int k = inputs[0].length;
        double[] mean = new double[k];
        double[] scale = new double[k];
        standardise(inputs, mean, scale);
        double[] w = new double[k + 1];
        for (int step = 0; step < STEPS; step++) {
            double[] gradient = new double[k + 1];
            double[][] hessian = new double[k + 1][k + 1];
            for (int i = 0; i < inputs.length; i++) {
                double[] x = row(inputs[i], mean, scale);
                double p = 1 / (1 + Math.exp(-dot(w, x)));
                for (int a = 0; a <= k; a++) {
                    gradient[a] += ((good[i] ? 1 : 0) - p) * x[a]; // d log L / d w
                    for (int b = 0; b <= k; b++) {
                        hessian[a][b] += p * (1 - p) * x[a] * x[b];
                    }
                }
            }
            for (int a = 0; a <= k; a++) {
                gradient[a] -= a == 0 ? 0 : RIDGE * w[a];
                hessian[a][a] += RIDGE;
            }
            double[] change = solve(hessian, gradient);
            double largest = 0;
            for (int a = 0; a <= k; a++) {
                w[a] += change[a];
                largest = Math.max(largest, Math.abs(change[a]));
            }
            if (largest < CONVERGED) {
                break;
            }
        }
        return unstandardised(w, mean, scale);
    }

    /**
     * @param w intercept and k weights
     * @param input (k)
     */
    static double probability(double[] w, double[] input) {
        double z = w[0];
        for (int a = 0; a < input.length; a++) {
            z += w[a + 1] * input[a];
        }
        return 1 / (1 + Math.exp(-z));
    }

    private static void standardise(double[][] inputs, double[] mean, double[] scale) {
        for (int a = 0; a < mean.length; a++) {
            double sum = 0;
            double squares = 0;
            for (double[] input : inputs) {
                sum += input[a];
            }
            mean[a] = sum / inputs.length;
            for (double[] input : inputs) {
                squares += (input[a] - mean[a]) * (input[a] - mean[a]);
            }
            scale[a] = squares > 0 ? Math.sqrt(squares / inputs.length) : 1;
        }
    }

    private static double[] row(double[] input, double[] mean, double[] scale) {
        double[] x = new double[input.length + 1];
        x[0] = 1;
        for (int a = 0; a < input.length; a++) {
            x[a + 1] = (input[a] - mean[a]) / scale[a];
        }
        return x;
    }

    private static double[] unstandardised(double[] w, double[] mean, double[] scale) {
        double[] plain = w.clone();
        for (int a = 0; a < mean.length; a++) {
            plain[a + 1] = w[a + 1] / scale[a];
            plain[0] -= plain[a + 1] * mean[a];
        }
        return plain;
    }

    private static double dot(double[] w, double[] x) {
        double sum = 0;
        for (int a = 0; a < w.length; a++) {
            sum += w[a] * x[a];
        }
        return sum;
    }

    /** Gauss with pivoting; the matrix is positive definite and small. */
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                pivot = Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column]) ? row : pivot;
            }
            double[] kept = matrix[column];
            matrix[column] = matrix[pivot];
            matrix[pivot] = kept;
            double value = right[column];
            right[column] = right[pivot];
            right[pivot] = value;
            for (int row = column + 1; row < n; row++) {
                double factor = matrix[row][column] / matrix[column][column];
                right[row] -= factor * right[column];
                for (int c = column; c < n; c++) {
                    matrix[row][c] -= factor * matrix[column][c];
                }
            }
        }
        double[] solution = new double[n];
        for (int row = n - 1; row >= 0; row--) {
            double sum = right[row];
            for (int c = row + 1; c < n; c++) {
                sum -= matrix[row][c] * solution[c];
            }
            solution[row] = sum / matrix[row][row];
        }
        return solution;
    }
}
