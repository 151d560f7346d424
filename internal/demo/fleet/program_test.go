package fleet

import (
	"strings"
	"testing"
)

func TestAProgramThatDoesNotStartSaysWhy(t *testing.T) {
	_, _, err := startProgram(t.Context(), t.TempDir(), "cloud", "takes sites", "/bin/sh", "-c", "echo the port is taken >&2; exit 1")
	if err == nil || !strings.Contains(err.Error(), "start cloud") || !strings.Contains(err.Error(), "the port is taken") {
		t.Errorf("got %v", err)
	}
}
