// SPDX-License-Identifier: EUPL-1.2

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Asks veraPDF about files: a line of the input names one, which is validated as PDF/A-3a and as PDF/UA-1.
 *
 * <p>Answers with one line: for each of the two its name, the number of checks made, and the rules that were broken (or what was
 * thrown), separated by bars; a tab between the two.
 */
public final class Validate {
    private static final List<PDFAFlavour> FLAVOURS = List.of(PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1);

    public static void main(String[] none) throws IOException {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            List<String> said = new ArrayList<>();
            for (PDFAFlavour flavour : FLAVOURS) {
                said.add((flavour.getId() + "|" + judge(name, flavour)).replaceAll("\\s+", " "));
            }
            System.out.println(String.join("\t", said));
        }
    }

    private static String judge(String name, PDFAFlavour flavour) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(name), flavour)) {
            PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
            ValidationResult result = validator.validate(parser);
            return result.getTotalAssertions() + "|" + (result.isCompliant() ? "" : broken(result));
        } catch (Exception thrown) {
            return "0|" + thrown;
        }
    }

    private static String broken(ValidationResult result) {
        Map<String, String> rules = new TreeMap<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                rules.putIfAbsent(rule, rule + " " + assertion.getMessage());
            }
        }
        return String.join("; ", new ArrayList<>(rules.values()));
    }
}
