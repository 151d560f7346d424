package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheCommandLine(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.yaml")
	empty := filepath.Join(t.TempDir(), "empty.yaml")
	if err := os.WriteFile(empty, []byte("site: plant-7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := filepath.Join(t.TempDir(), "taken.yaml")
	if err := os.WriteFile(taken, []byte("site: plant-7\nconsole: {listen: \""+l.Addr().String()+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"the version":            {[]string{"version"}, 0, "holdfast development"},
		"a good configuration":   {[]string{"check", empty}, 0, "all is well"},
		"a port that is taken":   {[]string{"check", taken}, 0, "now: the console: listen tcp " + l.Addr().String() + ": bind: address already in use"},
		"a missing file":         {[]string{"check", missing}, exitFailed, "none.yaml"},
		"an unknown command":     {[]string{"fly"}, exitConfig, "fly"},
		"an edge without a site": {[]string{"edge", "--data", t.TempDir()}, exitConfig, "--config"},
		"a log level":            {[]string{"--log-level", "loud", "version"}, exitConfig, "loud"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(c.args, &out, &errs)
			if said := out.String() + errs.String(); code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("code %d, want %d, and %q in:\n%s", code, c.code, c.says, said)
			}
		})
	}
}
