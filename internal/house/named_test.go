package house

import "testing"

func TestATestThatADocumentNamesIsThere(t *testing.T) {
	files := map[string]string{
		"go.mod":      "module example.org/m\n",
		"a/a.go":      "package a\n\nfunc TestNone() {}\n",
		"a/a_test.go": "package a\n\nfunc TestIt() {}\n\nfunc FuzzIt() {}\n\ntype s struct{}\n\nfunc (s) TestMethod() {}\n",
		"README.md": "`TestIt` and `FuzzIt` show it, TestLost in words does not.\n" +
			"`TestNone` `BenchmarkIt`\n`TestMethod`\n",
	}
	findings, err := CheckNamedTests(source(files), parse(t, files))
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, findings,
		"README.md:2: there is no TestNone: name the test that shows it now",
		"README.md:2: there is no BenchmarkIt: name the test that shows it now",
		"README.md:3: there is no TestMethod: name the test that shows it now",
	)
}
