package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

// parse reads one source that is known to be right.
func parse(t testing.TB, name, text string) *config.Site {
	t.Helper()
	site, err := config.Parse([]config.Source{{Name: name, Data: []byte(text)}}, testCatalog(t))
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func TestTheCanonicalFormOfTheAcceptanceSceneStaysAsItIs(t *testing.T) {
	catalog := testCatalog(t)
	site, err := config.Load("testdata/plant-7.yaml", catalog)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, config.Canonical(site, catalog), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/plant-7.canonical.json", append(got.Bytes(), '\n'))
}

// golden compares with a file, or rewrites it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale (go test -update rewrites it); now it is:\n%s", path, got)
	}
}

func TestReadingTheCanonicalFormBackGivesTheSameForm(t *testing.T) {
	catalog := testCatalog(t)
	for _, text := range []string{
		"site: a\n",
		"site: a\nhistory: {max_age: 0}\nlog: {commit_size: 1500, max_size: 1.5GB}\n",
		"site: a\ndevices: [{name: d, driver: modbus, endpoint: 'rtu:///dev/x?baud=300', unit: 0, order: big, limits: {holding: 5}, groups: [{name: g, history: false, tags: [{name: t, address: 'coil:1', type: bool, min: 0, scale: 1e-30, offset: -1e30}]}]}]\n",
		"site: a\nsinks: [{name: s, type: mqtt, url: 'mqtt://h:1?a=b&c', topic: '<\"é', password: 'file:/x'}]\nrules: [{name: r, sql: 'SELECT 1 WHERE a < 2', to: s, durable: true}]\n",
	} {
		first := config.Canonical(parse(t, "site.yaml", text), catalog)
		again := config.Canonical(parse(t, "again.json", string(first)), catalog)
		if !bytes.Equal(first, again) {
			t.Errorf("%s\nread back is\n%s", first, again)
		}
	}
}

func TestTheDigestIsThatOfWhatASiteDoesAndNotOfHowItIsWritten(t *testing.T) {
	catalog := testCatalog(t)
	digest := func(text string) string {
		return config.Digest(config.Canonical(parse(t, "site.yaml", text), catalog))
	}
	base := digest("site: a\nrules: [{name: r, sql: SELECT 1}, {name: s, sql: SELECT 2}]\n")
	same := digest("# written otherwise\nrules:\n  - {sql: SELECT 2, name: s, durable: false}\n  - {name: r, sql: 'SELECT 1', to: []}\nlog: {commit_interval: 1000ms}\nsite: a\n")
	other := digest("site: a\nrules: [{name: r, sql: SELECT 1}, {name: s, sql: SELECT 3}]\n")
	if base != same || base == other || len(base) != 64 {
		t.Errorf("base %s, the same %s, another %s", base, same, other)
	}
}
