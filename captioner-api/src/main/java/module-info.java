/** What applications and authors of plug-ins name. */
module io.captioner.api {
    requires transitive java.desktop;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.captioner;
    exports io.captioner.nn;
    exports io.captioner.spi;

    uses io.captioner.spi.CaptionerFactory;
}
