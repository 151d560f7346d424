package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

// secret reads a reference that is known to be right.
func secret(t *testing.T, reference string) config.Secret {
	t.Helper()
	var s config.Secret
	if err := s.UnmarshalText([]byte(reference)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASecretIsReadWhereItsReferencePoints(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "line")
	if err := os.WriteFile(file, []byte("hunter2\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LINE_PASSWORD", "hunter2")
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	for _, reference := range []string{"env:LINE_PASSWORD", "file:" + file, "cred:line"} {
		if value, err := secret(t, reference).Reveal(); err != nil || value != "hunter2" {
			t.Errorf("%s is %q, %v", reference, value, err)
		}
	}
}

func TestARotatedSecretIsTheNewOne(t *testing.T) {
	s := secret(t, "env:LINE_PASSWORD")
	for _, value := range []string{"old", "new", ""} {
		t.Setenv("LINE_PASSWORD", value)
		if got, err := s.Reveal(); err != nil || got != value {
			t.Errorf("%q, %v; want %q", got, err, value)
		}
	}
}

func TestASecretThatIsNotThereNamesItsReference(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", t.TempDir())
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, bytes.Repeat([]byte("hunter2"), 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, reference := range []string{"env:HOLDFAST_NOT_SET_ANYWHERE", "file:/nowhere/at/all", "cred:line", "file:" + large} {
		_, err := secret(t, reference).Reveal()
		if err == nil || !strings.Contains(err.Error(), reference) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", reference, err)
		}
	}
	if _, err := secret(t, "file:/nowhere").Reveal(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v is not the file's", err)
	}
	if err := os.Unsetenv("CREDENTIALS_DIRECTORY"); err != nil {
		t.Fatal(err)
	}
	if _, err := secret(t, "cred:line").Reveal(); err == nil || !strings.Contains(err.Error(), "LoadCredential=line") {
		t.Errorf("without credentials: %v", err)
	}
}

func TestNoSecretIsGivenAsAnEmptyText(t *testing.T) {
	var s config.Secret
	if value, err := s.Reveal(); value != "" || err != nil || !s.IsZero() || s.String() != "" {
		t.Errorf("%q %v %q", value, err, s)
	}
}

func TestHoweverASecretIsPrintedItsValueIsNot(t *testing.T) {
	t.Setenv("LINE_PASSWORD", "hunter2")
	s := secret(t, "env:LINE_PASSWORD")
	if _, err := s.Reveal(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &struct{ S config.Secret }{s})
	}
	encoded, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "s", s)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "s", s)
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("printed:\n%s", out.String())
	}
	if !strings.Contains(string(encoded), `"s":"env:LINE_PASSWORD"`) {
		t.Errorf("encoded %s", encoded)
	}
}

func TestATextThatIsNoReferenceIsRefusedAndNotRepeated(t *testing.T) {
	for _, text := range []string{"", "hunter2", "env:", "env:A=hunter2", "file:hunter2", "file:", "cred:", "cred:..", "cred:a/hunter2", "https://hunter2", "ENV:hunter2", ":hunter2"} {
		var s config.Secret
		err := s.UnmarshalText([]byte(text))
		if err == nil || !s.IsZero() || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
