package access_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/holdfast-edge/holdfast/console/access"
)

func TestTheFirstStartMakesAPasswordAndLaterOnesKeepIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "console")
	hash, made, err := access.OpenPassword(dir)
	if err != nil || len(made) < 20 {
		t.Fatalf("made %d characters, %v", len(made), err)
	}
	if err := bcrypt.CompareHashAndPassword(hash, []byte(made)); err != nil {
		t.Error(err)
	}
	again, second, err := access.OpenPassword(dir)
	if err != nil || second != "" || !bytes.Equal(again, hash) {
		t.Errorf("the second start made another password, %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil || strings.Contains(string(text), made) {
		t.Error("the password itself is on the disk")
	}
}

func TestAPasswordFileThatIsNoHashIsRefusedWithTheFix(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := access.OpenPassword(dir)
	if err == nil || !strings.Contains(err.Error(), "remove the file") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestAPasswordThatCannotBeKeptIsNotMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, made, err := access.OpenPassword(filepath.Join(file, "console")); err == nil || made != "" {
		t.Error("it was")
	}
}
