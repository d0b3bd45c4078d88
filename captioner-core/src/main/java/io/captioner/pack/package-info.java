/** Model packages on disk: everything that a captioner needs, in one folder. */
@NullMarked
package io.captioner.pack;

import org.jspecify.annotations.NullMarked;
