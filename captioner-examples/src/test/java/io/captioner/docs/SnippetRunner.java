package io.captioner.docs;

import java.lang.reflect.Method;

/** Runs a compiled snippet: its statements, or its {@code main}. */
final class SnippetRunner {
    private SnippetRunner() {}

    public static void main(String[] arguments) throws Exception {
        Class<?> snippet = Class.forName(arguments[0]);
        for (Method method : snippet.getDeclaredMethods()) {
            boolean isMain = method.getName().equals("main") && method.getParameterCount() == 1;
            if (isMain || method.getName().equals("run") && method.getParameterCount() == 0) {
                method.setAccessible(true);
                method.invoke(null, isMain ? new Object[] {new String[0]} : new Object[0]);
                return;
            }
        }
        throw new IllegalArgumentException(snippet + " has nothing to run");
    }
}
