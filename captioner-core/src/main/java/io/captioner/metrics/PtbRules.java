package io.captioner.metrics;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What tokens of the Penn Treebank look like, as a table. At a place in the text the rule whose match reaches furthest wins, the earlier one
 * where two reach equally far. Group 1 of a match is the token; what the rule wants to see behind the token counts for how far it reaches.
 */
final class PtbRules {
    /** How a token is written where not as it stands. */
    record Rule(Pattern pattern, UnaryOperator<String> written, boolean mayEndSentence) {}

    /** Letters, and marks such as accents that stand on their own. Soft hyphens are dropped later. */
    private static final String L = "[\\p{L}\\p{Mn}\\p{Mc}&&[^\\x{10000}-\\x{10FFFF}]]";

    private static final String LD = "[\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}\u00ad&&[^\\x{10000}-\\x{10FFFF}]]";
    private static final String Q = "['\u2019]";
    private static final String S = "[ \\t\\r\\n]";

    /** A word without apostrophe, or with that of a name at its start, as a part of a word with hyphens. */
    private static final String PART = "(?:[dlnoDLNO]" + Q + L + "{2}" + LD + "*|" + LD + "+)";

    private static final String DOTTED = "(?:[A-Za-z](?:\\.[A-Za-z])+\\.)";
    private static final String DIGITS = "\\p{Nd}";
    private static final String NUMBER = "[-+]?(?:" + DIGITS + "*(?:[.,:]" + DIGITS + "+)+|" + DIGITS + "+)";

    /** Kept with their full stop. */
    private static final String TITLES =
            "(?i:mr|mrs|ms|mme|mlle|messrs|msgr|dr|drs|prof|profs|gen|gens|sgt|lt|col|capt|cpl|pvt|pfc|maj|adm"
                    + "|cmdr|comdr|rep|reps|sen|sens|gov|govs|pres|hon|rev|st|ste|mt|ft|ave|dept|natl|vs|cf|supt|insp|det|asst|assoc|atty|adj|adv"
                    + "|brig|ens|ph|sfc|spc|cie|alex|jos|wm|mfg|mtg|[a-z])";

    /** Kept with their full stop; a sentence may end with them. */
    private static final String SHORT =
            "(?:(?i:est|esq|jr|sr|inc|co|cos|corp|ltd|bros|assn|univ|intl|blvd|rd|rt|ct|sq|bldg|bhd|jan|feb|mar"
                    + "|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|tues|wed|thu|thurs|fri|etc|al|seq|sys|tel|ext|mo|ala|ariz|az|calif|colo|conn"
                    + "|dak|fla|ga|ind|kan|kans|ky|md|mich|minn|neb|nev|okla|penn|tenn|vt|va|wis|wisc|wyo|plc|pte|pty)"
                    + "|Ark|ARK|Del|DEL|Ill|ILL|La|LA|Mass|MASS|Miss|MISS|Ore|ORE|Pa|PA|Tex|TEX|Wash|WASH)";

    /** Words that begin sentences: before them letters with full stops (U.S.) end one. */
    private static final String STARTERS =
            "(?:A|About|According|After|An|As|At|But|Earlier|He|Her|Here|However|If|In|It|Last|Many|More|Now"
                    + "|Once|One|Other|Our|She|Since|So|Some|Such|That|The|Their|Then|There|These|They|This|We|What|When|While|Yet|You)";

    private static final String TAG_NAME = "[A-Za-z](?:[A-Za-z0-9_:.-]*[A-Za-z0-9_:.-])?";
    private static final String ATTRIBUTE = "[ \\t\\r\\n\u00a0]+[A-Za-z][A-Za-z0-9_:.-]*(?:=(?:\"[^\"]*\"|'[^']*'))?";
    private static final String LINK = "[^\\s\"<>|(){}]";
    private static final String LINK_END = "[^\\s\"<>|(){}.!?,:-]";

    private static final List<Rule> RULES = List.of(
            // Markup and addresses.
            rule("(</?" + TAG_NAME + "(?:" + ATTRIBUTE + ")*[ \\t]*/?>)", PtbRules::joined),
            rule("(<!--.*?-->|<[!?][A-Za-z][^<>\\r\\n]*>)", PtbRules::joined),
            rule("((?i:https?)://" + LINK + "+\\." + LINK + "*" + LINK_END + ")"),
            rule("((?i:www)\\.(?:[A-Za-z0-9_-]+\\.)*[A-Za-z0-9]+(?:/" + LINK + "+" + LINK_END + ")?)"),
            rule("([A-Za-z][A-Za-z0-9]+(?:\\.[A-Za-z0-9]+)*\\.(?:com|net|org|edu)/" + LINK + "+" + LINK_END + ")"),
            rule("([A-Za-z0-9]" + LINK + "*@[^\\s\"<>|(){}.]+(?:\\.[^\\s\"<>|(){}.]+)*)"),
            rule("(<[A-Za-z0-9._]+@[A-Za-z0-9.]+>)"),
            rule("(@[A-Za-z_][A-Za-z_0-9]*)"),
            rule("(#" + L + "+)"),
            // Short words run together.
            rule("(?i)(can(?=not)|gon(?=na)|wan(?=na)|got(?=ta)|lem(?=me)|gim(?=me))(?:not|na|ta|me)(?!" + Q + "s)"),
            rule("('[tT])(?i:is|was)"),
            rule("([yY]" + Q + ")" + L),
            rule("([jJdDlL]" + Q + ")[\\p{L}\\p{Nd}]"),
            rule("((?i:ol)" + Q + ")"),
            // Parts after an apostrophe.
            rule("([\\p{L}\\p{Nd}_-]*[\\p{L}\\p{Nd}])[nN]['\u2019`][tT]"),
            rule("([nN]['\u2019`][tT])", PtbRules::straight),
            rule("(" + Q + "[sSmMdD])(?![A-Za-z])(?:.|$)", PtbRules::straight),
            rule("(" + Q + "(?i:[smd]|re|ve|ll))(?![A-Za-z])", PtbRules::straight),
            rule("(\u2019(?i:[smd]|re|ve|ll))", PtbRules::straight),
            rule("(&apos;(?i:[smd]|re|ve|ll))", text -> "'" + text.substring(6)),
            rule("(" + Q + "(?:[nN]" + Q + "|(?i:em|til|cause)|" + DIGITS + "0s))"),
            rule("(" + Q + "[nN]|'" + DIGITS + DIGITS + ")(?=\\s|$)(?:\\s|$)"),
            // Abbreviations.
            rule("([A-Za-z])\\." + S + "+(?=" + STARTERS + "(?!\\S))"),
            rule("(" + TITLES + "\\.)"),
            rule("(" + LD + "(?:" + LD + "|[-_])*\\.)[,;:]"),
            new Rule(
                    Pattern.compile("(" + SHORT + "\\.)(?:" + S + "+(?=\\p{Lu})(?!Ltd\\b))?"),
                    UnaryOperator.identity(),
                    true),
            new Rule(
                    Pattern.compile("((?:" + DOTTED + "|(?i:ph\\.d)\\.))(?:" + S + "+(?=" + STARTERS
                            + "(?![\\p{L}\\p{Nd}]))|" + S + "+(?=\\p{Lu})(?<=(?i:ph\\.d\\.)\\s))?"),
                    UnaryOperator.identity(),
                    true),
            rule("((?i:nos?|figs?|art|pp|ca|op|prop)\\.)" + S + "*(?=" + DIGITS + ")"),
            // Words, and words in one.
            rule("(" + LD + "+)"),
            rule("((?:[cdlnoCDLNO]|(?i:lorsqu|jusqu|qu))" + Q + L + "{2}" + LD + "*)"),
            rule("([A-Za-z]*[A-Za-z][aeiouAEIOU]" + Q + "[aeiou][A-Za-z]*)"),
            rule("((?i:s" + Q + "mores?|(?:ne|e|o|whene)" + Q + "er|ma" + Q + "am|yo" + Q + "u|qu" + Q + "[a-z]))"),
            rule("(" + PART + "(?:[-_\u2010\u2011]" + PART + ")+)"),
            rule("(" + DIGITS + "+(?:[.,]" + DIGITS + "+)+(?:-" + LD + "+)+|" + DIGITS + "+(?:[.,]" + DIGITS + "+)+-"
                    + DIGITS + "+)"),
            rule("([A-Za-z]+,[0-9]+-[A-Za-z]+)"),
            rule("((?:[A-Za-z0-9]+-)*" + DOTTED + "(?:-(?:" + DOTTED + "|[A-Za-z0-9]+))*)"),
            rule("([A-Za-z]\\.-[A-Za-z]+|(?:" + TITLES + ")\\.-[A-Za-z]+)"),
            rule("([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:/[A-Za-z0-9]+(?:-[A-Za-z][A-Za-z0-9]*)*){1,2})"),
            rule("(" + L + LD + "*(?:\\." + L + LD + "*)+(?:-" + LD + "+)*)"),
            rule("(" + L + "+(?:[!?]" + L + "+)+)"),
            rule("([A-Z]+(?:(?:&amp;|&)[A-Z]+)+)", text -> text.replace("&amp;", "&")),
            rule("([A-Z]+\\$)"),
            rule("([cC]\\+\\+|[cCfF]#)"),
            // Numbers; a blank within a fraction or a telephone number stays within the token.
            rule("(" + NUMBER + ")"),
            rule("(" + DIGITS + "{1,4}[- \u00a0]" + DIGITS + "{1,4}/" + DIGITS + "{1,4})", PtbRules::joined),
            rule(
                    "(\\+?" + DIGITS + "{2,4}[- \u00a0]" + DIGITS + "{3,4}[- \u00a0]" + DIGITS + "{3,5})",
                    PtbRules::joined),
            rule(
                    "(\\+?" + DIGITS + "{2,4}[- \u00a0]" + DIGITS + "{2,4}[- \u00a0]" + DIGITS + "{3,4}[- \u00a0]"
                            + DIGITS + "{3,5})",
                    PtbRules::joined),
            rule(
                    "(\\(" + DIGITS + "{2,3}\\)[ \u00a0]?" + DIGITS + "{3,4}[- \u00a0]?" + DIGITS + "{3,5})",
                    text -> joined(text).replace("(", "-lrb-").replace(")", "-rrb-")),
            rule("([\u00bc\u00bd\u00be\u2153\u2154])", PtbRules::fraction),
            rule("(" + DIGITS + "+\u2044" + DIGITS + "+)"),
            // Faces.
            rule("([<>]?[:;=]['o-]?[\\]\\[()DdO\\\\|Pp@{])(?![A-Za-z0-9])", PtbRules::brackets),
            rule("(\\^_\\^|-_-)"),
            // Quotation marks by what follows them, brackets, dashes, dots.
            rule("(\"|&quot;)(?=[A-Za-z0-9$])[A-Za-z0-9$]", text -> "``"),
            rule("(\"|&quot;)", text -> "''"),
            rule("(')[A-Za-z]\\S", text -> "`"),
            rule("(['\u2019\u203a]|&apos;)", text -> "'"),
            rule("([`\u2018\u201b\u2039])", text -> "`"),
            rule("(``|[\u201c\u00ab])", text -> "``"),
            rule("(''|[\u201d\u00bb])", text -> "''"),
            rule("(-[LRlr][RCSrcs][Bb]-)"),
            rule("([\\[\\](){}])", PtbRules::brackets),
            rule("(-{2,4}|[\u2013-\u2015]|&[mn]dash;)", text -> "--"),
            rule("(-{5,}|_+|\\*+|#+|@+|[?!]+)"),
            rule("(\\.{3,5}|\\. \\. \\.(?: \\.){0,2}|\u2026)", text -> "..."),
            // Money and signs with a name.
            rule("([\u20ac\u20a0\u00a4])", text -> "$"),
            rule("(\u00a3)", text -> "#"),
            rule("(\u00a2)", text -> "cents"),
            rule("(&(?i:amp);)", text -> "&"),
            rule("(&lt;)", text -> "<"),
            rule("(&gt;)", text -> ">"),
            rule("(&#39;)"),
            rule("(&nbsp;)", text -> ""),
            rule("(<<|>>)"),
            // Any other sign stands alone; what is none of these is dropped.
            rule("([!-/:-@\\[-`{-~\u00a1\u00a5-\u00a9\u00ac-\u00b4\u00b6-\u00b9\u00bf\u00d7\u00f7])"),
            rule(
                    "([\u201a\u201e\u2016\u2017\u2020-\u2023\u2030-\u2038\u203b\u203e-\u2042\u2044\u2070\u2074-\u208e\u20a4])"),
            rule(
                    "([\u2100-\u214f\u2155-\u215e\u2190-\u2bff\u3001\u3002\u3012\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])"));

    /** For each character of ASCII the rules whose match may begin with it, in order. */
    private static final List<List<Rule>> BY_FIRST =
            IntStream.range(0, 128).mapToObj(PtbRules::beginningWith).toList();

    private PtbRules() {}

    /** The rules whose match may begin with this character, in order. */
    static List<Rule> of(char first) {
        return first < BY_FIRST.size() ? BY_FIRST.get(first) : RULES;
    }

    private static List<Rule> beginningWith(int first) {
        return RULES.stream()
                .filter(rule -> {
                    Matcher matcher = rule.pattern().matcher(Character.toString(first));
                    return matcher.lookingAt() || matcher.hitEnd();
                })
                .toList();
    }

    private static Rule rule(String regex) {
        return rule(regex, UnaryOperator.identity());
    }

    private static Rule rule(String regex, UnaryOperator<String> written) {
        return new Rule(Pattern.compile(regex), written, false);
    }

    private static String joined(String text) {
        return text.replaceAll("\\s", "\u00a0");
    }

    private static String straight(String text) {
        return text.replace('\u2019', '\'');
    }

    private static String brackets(String text) {
        return text.replace("(", "-lrb-")
                .replace(")", "-rrb-")
                .replace("[", text.length() == 1 ? "-lsb-" : "[")
                .replace("]", text.length() == 1 ? "-rsb-" : "]")
                .replace("{", text.length() == 1 ? "-lcb-" : "{")
                .replace("}", text.length() == 1 ? "-rcb-" : "}")
                .toLowerCase(Locale.ROOT);
    }

    private static String fraction(String text) {
        return switch (text) {
            case "\u00bc" -> "1/4";
            case "\u00bd" -> "1/2";
            case "\u00be" -> "3/4";
            case "\u2153" -> "1/3";
            default -> "2/3";
        };
    }
}
