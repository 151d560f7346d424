//go:build !lean

package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// migrated returns a fixture of the packages that read the formats.
func migrated(parts ...string) string {
	return filepath.Join(append([]string{"..", "..", "internal", "migrate"}, parts...)...)
}

// imported runs an import and returns what it says.
func imported(t *testing.T, want int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	if code := run(append([]string{"import"}, args...), &o, &e); code != want {
		t.Fatalf("code %d, want %d:\n%s%s", code, want, o.String(), e.String())
	}
	return o.String(), e.String()
}

func TestWhatIsImportedIsAConfigurationThatCheckTakes(t *testing.T) {
	tables := t.TempDir()
	if err := os.WriteFile(filepath.Join(tables, "limits.json"), []byte(`[{"machine": "press", "upper": 30}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		code int
		args []string
	}{
		"a Neuron export":   {exitIncomplete, []string{"neuron", migrated("neuron", "testdata", "drivers.json")}},
		"all of Neuron":     {exitIncomplete, []string{"neuron", migrated("neuron", "testdata", "whole.json")}},
		"an eKuiper export": {exitIncomplete, []string{"ekuiper", migrated("ekuiper", "testdata", "whole.json"), "--tables", tables}},
		"eKuiper's YAML":    {exitIncomplete, []string{"ekuiper", migrated("ekuiper", "testdata", "v2.yaml")}},
		"a Kepware project": {exitIncomplete, []string{"kepware", migrated("kepware", "testdata", "project.json")}},
		"a sheet":           {0, []string{"csv", migrated("tags", "testdata", "tags.csv")}},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "site.yaml")
			imported(t, c.code, append(c.args, "--out", file, "--site", "plant-7")...)
			var out, errs bytes.Buffer
			if code := run([]string{"check", file}, &out, &errs); code != 0 {
				t.Errorf("check: %d\n%s%s", code, out.String(), errs.String())
			}
			if !strings.HasPrefix(out.String(), "plant-7:") {
				t.Errorf("check said %s", out.String())
			}
			imported(t, exitConfig, append(c.args, "--out", file)...) // it is there
			imported(t, c.code, append(c.args, "--out", file, "--force")...)
		})
	}
}

func TestASheetIsTakenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	sheet, file := filepath.Join(dir, "tags.csv"), filepath.Join(dir, "out.yaml")
	text := "device,endpoint,name,address,type\nboiler,tcp://192.0.2.1,a,holding:0,int16\nboiler,,b,holding:x,int16\nboiler,,c,holding:2,int99\nboiler,,a,holding:3,\n"
	if err := os.WriteFile(sheet, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := imported(t, exitConfig, "csv", sheet, "--out", file)
	for _, want := range []string{`:3: tag boiler.b: address: "holding:x"`, `:4: tag boiler.c: type: "int99"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q:\n%s", want, out)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("half of it was written")
	}
}

func TestADirectoryIsExtendedAndItsNamesStay(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "site.yaml"), []byte("site: plant-7\nstreams: [{name: boiler, mqtt: x}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	imported(t, exitIncomplete, "neuron", migrated("neuron", "testdata", "drivers.json"), "--out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "drivers.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "site:") || !strings.Contains(string(text), "name: boiler_2\n") {
		t.Errorf("%s", text)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"check", dir}, &out, &errs); code != 0 {
		t.Errorf("%s", errs.String())
	}
}

func TestADryRunWritesNothingAndTheReportIsJSONWhereAsked(t *testing.T) {
	t.Chdir(t.TempDir())
	source, err := filepath.Abs(filepath.Join(t.TempDir(), "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte("device,endpoint,name,address\nb,tcp://192.0.2.1,a,holding:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs := imported(t, 0, "csv", source, "--dry-run")
	if !strings.HasPrefix(out, "site: a\ndevices:\n") || !strings.Contains(errs, "1 × tag") {
		t.Errorf("%s%s", out, errs)
	}
	out, _ = imported(t, 0, "csv", source, "--json")
	var report importReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if report.Written != "a.yaml" || report.Counts[string(migrate.Taken)] != 1 || report.Items[0].Line != 2 {
		t.Errorf("%+v", report)
	}
	if _, err := os.Stat("a.yaml"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoExportIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(`{"sites": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"neuron", "kepware", "csv", "ekuiper"} {
		_, errs := imported(t, exitConfig, format, file)
		if !strings.Contains(errs, "a.json") {
			t.Errorf("%s: %s", format, errs)
		}
	}
}

func TestASheetOfNeuronIsReadFromAWorkbook(t *testing.T) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, row := range [][]string{{"group", "name", "address", "attribute", "type", "decimal"}, {"climate", "temperature", "1!400001", "Read Write", "INT16", "0.1"}} {
		rows.WriteString("<row>")
		for _, cell := range row {
			rows.WriteString(`<c t="inlineStr"><is><t>` + cell + `</t></is></c>`)
		}
		rows.WriteString("</row>")
	}
	if _, err := f.Write([]byte("<worksheet><sheetData>" + rows.String() + "</sheetData></worksheet>")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tags.xlsx")
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs := imported(t, exitConfig, "neuron", file)
	if !strings.Contains(errs, "--endpoint") {
		t.Errorf("%s", errs)
	}
	out, _ := imported(t, 0, "neuron", file, "--endpoint", "tcp://192.0.2.1:502", "--device", "boiler", "--dry-run")
	if want := `{name: temperature, address: "holding:0", type: int16, scale: 0.1, access: rw}`; !strings.Contains(out, want) {
		t.Errorf("%s", out)
	}
}
