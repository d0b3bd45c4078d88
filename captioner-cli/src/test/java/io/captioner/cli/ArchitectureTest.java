package io.captioner.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.captioner.CaptionerException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Arrows run one way: api <- core <- {djl, onnx} <- cli. A module is told by the place a class was loaded from. */
class ArchitectureTest {

    /** Matches a module's folder (.../captioner-core/target/classes/...) as well as its jar (captioner-core-0.1.0.jar). */
    private static final Pattern MODULE = Pattern.compile(
            ".*/captioner-(api|core|djl|onnx|cli|default-model)(?:-\\d[^/]*\\.jar!/|/target/classes/).*");

    private static final String NOT_OURS = "";

    /** The command line finds DJL as any backend is found, by its service: captioner.jar runs without it. */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "api", Set.of(),
            "default-model", Set.of("api"),
            "core", Set.of("api"),
            "djl", Set.of("api", "core"),
            "onnx", Set.of("api", "core"),
            "cli", Set.of("api", "core", "onnx"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.captioner");

    @Test
    void everyClassIsToldToAModule() {
        Set<String> modules = new TreeSet<>();
        CLASSES.forEach(type -> modules.add(moduleOf(type)));
        assertThat(modules).contains("api", "core").isSubsetOf(MAY_USE.keySet());
    }

    @Test
    void dependenciesRunOneWay() {
        MAY_USE.forEach((name, others) -> classes()
                .that(module(name))
                .should()
                .onlyDependOnClassesThat(describe(
                        "are no part of captioner, or in one of " + others + " or in the module itself",
                        type -> Set.of(NOT_OURS, name).contains(moduleOf(type)) || others.contains(moduleOf(type))))
                .allowEmptyShould(true)
                .check(CLASSES));
    }

    @Test
    void theApiDependsOnTheJdkSlf4jAndJspecifyAlone() {
        classes()
                .that(module("api"))
                .should()
                .onlyDependOnClassesThat(
                        module("api").or(resideInAnyPackage("java..", "javax..", "org.slf4j..", "org.jspecify..")))
                .check(CLASSES);
    }

    @Test
    void theCoreKnowsNoBackendLibrary() {
        noClasses()
                .that(module("core"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "ai.onnx..")
                .check(CLASSES);
    }

    @Test
    void eachBackendKnowsItsOwnLibraryAlone() {
        noClasses()
                .that(module("djl"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "ai.onnx..")
                .allowEmptyShould(true)
                .check(CLASSES);
        noClasses()
                .that(module("onnx"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void thePackagesOfTheCoreHaveNoCycles() {
        slices().assignedFrom(new PackagesOf("core")).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void aPackageBelongsToOneModule() {
        Map<String, Set<String>> modules = new TreeMap<>();
        CLASSES.forEach(type -> modules.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                .add(moduleOf(type)));
        assertThat(modules).allSatisfy((name, owners) -> assertThat(owners).hasSize(1));
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        CLASSES.forEach(type -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        });
        assertThat(unmarked)
                .as("packages without @NullMarked in package-info.java")
                .isEmpty();
    }

    @Test
    void publicExceptionsAreCaptionerExceptions() {
        classes()
                .that()
                .arePublic()
                .and()
                .areAssignableTo(Throwable.class)
                .should()
                .beAssignableTo(CaptionerException.class)
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> module(String name) {
        return describe("are in captioner-" + name, type -> moduleOf(type).equals(name));
    }

    private static String moduleOf(JavaClass type) {
        // An array has no source of its own.
        String location = type.getBaseComponentType()
                .getSource()
                .map(source -> source.getUri().toString())
                .orElse("");
        Matcher matcher = MODULE.matcher(location);
        return matcher.matches() ? matcher.group(1) : NOT_OURS;
    }

    private record PackagesOf(String module) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return moduleOf(type).equals(module) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of captioner-" + module;
        }
    }
}
