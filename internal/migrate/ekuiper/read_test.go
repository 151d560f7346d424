package ekuiper

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/migratetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func source(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// site is what the import of Neuron has made before.
func site() *config.Site {
	return &config.Site{Name: "plant-7", Devices: []config.Device{
		{Name: "boiler", Groups: []config.Group{
			{Name: "climate", Tags: []config.Tag{
				{Name: "temperature", Access: config.ReadOnly},
				{Name: "climate_humidity", Access: config.ReadOnly},
				{Name: "valve", Access: config.ReadWrite},
				{Name: "serial_no", Access: config.ReadOnly, Description: "serial no"},
			}},
			{Name: "meter", Tags: []config.Tag{{Name: "meter_humidity", Access: config.ReadOnly}, {Name: "meter_only", Access: config.ReadOnly}}},
			{Name: "writes", Tags: []config.Tag{{Name: "start", Access: config.WriteOnly}}},
		}},
	}}
}

func TestAnExportBecomesStreamsRulesSinksAndAReport(t *testing.T) {
	for name, o := range map[string]Options{
		"whole.json": {OwnBroker: "tcp://127.0.0.1:1883", Tables: "/var/lib/holdfast/tables", Site: site()},
		"v2.yaml":    {Stopped: true},
	} {
		t.Run(name, func(t *testing.T) {
			var r migrate.Report
			var names migrate.Names
			root, err := Read(name, source(t, name), o, &r, &names)
			if err != nil {
				t.Fatal(err)
			}
			migratetest.Golden(t, filepath.Join("testdata", "made-of-"+name), root, &r, *update)
			migratetest.Rereads(t, root)
			text := string(root.AppendYAML(nil))
			for _, i := range r.Items {
				text += i.String()
			}
			if strings.Contains(text, "hush-hush") {
				t.Error("a secret was copied")
			}
		})
	}
}

// TestNoKeyIsLeftOutInSilence takes each key of an export's rules out of those that are known, by another name, and
// wants to hear of it.
func TestNoKeyIsLeftOutInSilence(t *testing.T) {
	for at, text := range map[string]string{
		"unheard":                      `{"unheard": {}, "streams": {}, "rules": {}}`,
		"UNHEARD":                      `{"streams": {"s": "CREATE STREAM s () WITH (DATASOURCE=\"a\", UNHEARD=\"1\")"}}`,
		"rule r: unheard":              `{"streams": {"s": "CREATE STREAM s () WITH (DATASOURCE=\"a\")"}, "rules": {"r": "{\"sql\": \"SELECT a FROM s\", \"actions\": [], \"unheard\": 1}"}}`,
		"options.unheard":              `{"streams": {"s": "CREATE STREAM s () WITH (DATASOURCE=\"a\")"}, "rules": {"r": {"sql": "SELECT a FROM s", "options": {"unheard": 1}}}}`,
		"actions[0].mqtt.unheard":      `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"mqtt": {"topic": "t", "unheard": 1}}]}}}`,
		"actions[0].rest.unheard":      `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"rest": {"url": "http://x", "method": "post", "unheard": 1}}]}}}`,
		"actions[0].file.unheard":      `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"file": {"path": "/x", "unheard": 1}}]}}}`,
		"actions[0].kafka.unheard":     `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"kafka": {"brokers": "x:1", "topic": "t", "unheard": 1}}]}}}`,
		"actions[0].tdengine3.unheard": `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"tdengine3": {"database": "d", "unheard": 1}}]}}}`,
		"actions[0].influx.unheard":    `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"influx": {"addr": "http://x", "unheard": 1}}]}}}`,
		"actions[0].image":             `{"rules": {"r": {"sql": "SELECT a FROM s", "actions": [{"image": {"path": "/x"}}]}}}`,
		"sourceConfig mqtt.c: unheard": `{"streams": {"s": "CREATE STREAM s () WITH (DATASOURCE=\"a\", CONF_KEY=\"c\")"}, "sourceConfig": {"mqtt": "{\"c\": {\"server\": \"tcp://x\", \"unheard\": 1}}"}}`,
	} {
		var r migrate.Report
		var names migrate.Names
		if _, err := Read("a.json", []byte(text), Options{}, &r, &names); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		found := false
		for _, i := range r.Items {
			found = found || i.Kind == migrate.LeftOut && strings.Contains(i.String(), at)
		}
		if !found {
			t.Errorf("nothing was said of %s:\n%v", at, r.Items)
		}
	}
}

func TestADataTemplateIsWrittenWithPlaceholdersOrRefused(t *testing.T) {
	for _, c := range []struct {
		text   string
		single bool
		want   string // empty: refused
	}{
		{`{{json .}}`, true, `{row}`},
		{`{{toJson .}}`, false, `[{row}]`},
		{`{"content":{{json .}}}`, true, `{{"content":{row}}}`},
		{`{"a": {{.a}}, "b": "{{.b}}"}`, true, `{{"a": {a}, "b": {b}}}`},
		{`{"a": "{{.a}}"}{"b": "x"}`, true, `{{"a": {a}}}{{"b": "x"}}`},
		{`{"a": {{.a | toJson}}}`, true, `{{"a": {a}}}`},
		{`{"a": {{json .a}}}`, true, `{{"a": {a}}}`},
		{`insert into t values (now, {{.a}}, {{ .b }})`, true, `insert into t values (now, {a}, {b})`},
		{`{"c":{{json (index . 0)}}}`, false, `{{"c":{row}}}`},
		{`{"c":{{index . 0 "ab"}}}`, false, `{{"c":{ab}}}`},
		{`{"c":{{(index . 0).ab}}}`, false, `{{"c":{ab}}}`},
		{`plain`, true, `plain`},
		{`{"t": "it is {{.t}} here"}`, true, ""},
		{`{"t": "{{json .t}}"}`, true, ""},
		{`{{.}}`, true, ""},
		{`{{.a.b}}`, true, ""},
		{`{{.a}}`, false, ""},
		{`{{index . 1 "a"}}`, false, ""},
		{`{{range .}}{{.a}}{{end}}`, false, ""},
		{`{{if lt .a 3.0}}x{{end}}`, true, ""},
		{`{{$x := .a}}{{$x}}`, true, ""},
		{`{{.a | upper}}`, true, ""},
		{`{{`, true, ""},
	} {
		got, _, err := translate(c.text, c.single)
		if err != nil {
			got = ""
		}
		if got != c.want {
			t.Errorf("%s (single %v): got %q, want %q (%v)", c.text, c.single, got, c.want, err)
		}
	}
}

func TestATopicInMemoryIsMatchedAsInMQTT(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true}, {"a/+", "a/b", true}, {"a/#", "a/b/c", true}, {"#", "a", true}, {"a/+", "a/b/c", false}, {"a", "a/b", false}, {"a/b", "a", false},
	} {
		if got := matches(c.filter, c.topic); got != c.want {
			t.Errorf("%s %s: %v", c.filter, c.topic, got)
		}
	}
}

func TestAnAddressOfABrokerIsWrittenAsHere(t *testing.T) {
	for text, want := range map[string]string{
		"tcp://h:1": "mqtt://h:1", "h": "mqtt://h:1883", "ssl://h": "mqtts://h:8883", "ws://h/mqtt": "ws://h:80/mqtt", "tcp://u:p@[::1]": "mqtt://[::1]:1883",
	} {
		if s, err := readServer(text); err != nil || s.url != want {
			t.Errorf("%s: %q, %v", text, s.url, err)
		}
	}
	if _, err := readServer("tcp://:hush@:x"); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"whole.json", "v2.yaml"} {
		f.Add(name, source(f, name))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		var r migrate.Report
		var names migrate.Names
		if root, err := Read(name, data, Options{Site: site(), Stopped: true}, &r, &names); err == nil {
			migratetest.Rereads(t, root)
		}
	})
}

func FuzzTranslate(f *testing.F) {
	f.Add(`{"a": {{.a}}, "b": "{{.b}}"}`, true)
	f.Add(`{"c":{{json (index . 0)}}}`, false)
	f.Fuzz(func(t *testing.T, text string, single bool) {
		payload, _, err := translate(text, single)
		if err == nil && len(payload) > 4*len(text)+16 {
			t.Errorf("%q became %q", text, payload)
		}
	})
}
