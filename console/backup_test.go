package console_test

import (
	"net/http"
	"testing"
)

func TestABackupIsSentAsTheNodeWritesIt(t *testing.T) {
	s := serve(t, newFake(), nil)
	if status, text := s.do(http.MethodPost, "/api/v1/backup", ""); status != http.StatusOK || text != "an archive" {
		t.Errorf("%d %s", status, text)
	}
}
