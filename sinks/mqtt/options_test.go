package mqtt

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
)

func TestDefaultsAreThoseOfTheReference(t *testing.T) {
	o := options(t)
	if o.Version != version5 || o.QoS != 1 || o.Window != 256 || o.KeepAlive != 20*time.Second || o.AckTimeout != time.Minute || o.RowsPerMessage != 1 ||
		o.Metadata != inPayload || o.TimeFormat != rowjson.RFC3339 || o.Retain {
		t.Errorf("%+v", o)
	}
}

func TestWrongOptionsAreRefusedAtTheirKeyWithTheFix(t *testing.T) {
	for _, c := range []struct{ line, key, says string }{
		{"url: http://h", "url", "want mqtt://"},
		{"url: mqtt://", "url", "no host"},
		{"url: mqtt://edge@h", "url", "username"},
		{"url: mqtt://edge:secret@h", "url", "password"},
		{"topic: a/#", "topic", "without + and #"},
		{"topic: 'a/{'", "topic", "written twice"},
		{"topic: \"a\\0\"", "topic", "NUL"},
		{"version: 4", "version", "3.1.1"},
		{"version: 3.1.1\n    metadata: properties", "metadata", "version: 5"},
		{"version: 3.1.1\n    password: env:X", "password", "write username"},
		{"gap_topic: a/+", "gap_topic", "without + and #"},
		{"qos: 3", "qos", "out of range"},
		{"window: 0", "window", "want 1 to 65535"},
		{"keep_alive: 10ms", "keep_alive", "want 1s to 18h"},
		{"password: secret", "password", "refer to it"},
		{"time_format: iso", "time_format", "rfc3339"},
		{"metadata: properties\n    rows_per_message: 2", "metadata", "rows_per_message: 1"},
		{"tls: {ca: /ca.pem}", "tls", "mqtts://"},
		{"url: mqtts://h\n    tls: {cert: /c.pem}", "tls", "both cert and key"},
		{"tpoic: a", "tpoic", `"topic"`},
	} {
		_, err := parse(c.line)
		var all config.Errors
		if !errors.As(err, &all) || len(all) != 1 {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		if e := all[0]; !strings.HasSuffix(e.Path, "."+c.key) && !strings.Contains(e.Error(), c.key) || !strings.Contains(e.Error(), c.says) || e.Line < 5 {
			t.Errorf("%s: %v", c.line, e)
		}
		if strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: the error tells the password", c.line)
		}
	}
}

func TestTheClientIdentifierIsThatOfSiteAndSinkUnlessOneIsGiven(t *testing.T) {
	if id := clientID(options(t), target(nil)); id != "holdfast-plant-7-line" {
		t.Errorf("got %s", id)
	}
	if id := clientID(options(t, "client_id: mine"), target(nil)); id != "mine" {
		t.Errorf("got %s", id)
	}
}

func TestCertificatesThatCannotBeReadArePermanentAndNamed(t *testing.T) {
	empty := t.TempDir() + "/empty.pem"
	writeFile(t, empty, "nothing")
	for line, says := range map[string]string{
		"tls: {ca: /no/such.pem}":                        "tls.ca",
		"tls: {ca: " + empty + "}":                       "no PEM certificate",
		"tls: {cert: " + empty + ", key: " + empty + "}": "tls.cert",
	} {
		_, err := New().Open(t.Context(), target(options(t, "url: mqtts://127.0.0.1:1", line)))
		if !permanent(err) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
