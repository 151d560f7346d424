package access_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/holdfast-edge/holdfast/console/access"
)

// withTokens is a door with a token of each role, and their texts.
func withTokens(t *testing.T) (d *access.Door, viewer, admin string) {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	viewer, admin = access.NewToken(), access.NewToken()
	var tokens []access.Token
	for text, role := range map[string]access.Role{viewer: access.Viewer, admin: access.Admin} {
		sum, err := access.SumOf(text)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, access.Token{Name: "the " + string(role), Role: role, Sum: sum})
	}
	return access.NewDoor(hash, tokens...), viewer, admin
}

func bearer(token, method, path string) *http.Request {
	return request(func(r *http.Request) {
		r.Method, r.URL.Path = method, path
		r.Header.Set("Authorization", "Bearer "+token)
	})
}

func TestATokenMayWhatItsRoleMay(t *testing.T) {
	d, viewer, admin := withTokens(t)
	h := gate(d)
	for _, c := range []struct {
		token, method, path string
		code                int
	}{
		{viewer, http.MethodGet, "/api", 200},
		{viewer, http.MethodHead, "/api", 200},
		{viewer, http.MethodPost, "/query", 200},
		{viewer, http.MethodPost, "/api", 403},
		{viewer, http.MethodPut, "/api", 403},
		{viewer, http.MethodDelete, "/api", 403},
		{admin, http.MethodPut, "/api", 200},
		{viewer + "x", http.MethodGet, "/api", 401},
		{"", http.MethodGet, "/api", 401},
	} {
		if w := pass(h, bearer(c.token, c.method, c.path)); w.Code != c.code {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.code)
		}
	}
	if w := pass(h, bearer(viewer, http.MethodGet, "/api")); w.Body.String() != "user=the viewer" {
		t.Errorf("got %s", w.Body)
	}
}

func TestATokenThatCanBeGuessedIsRefused(t *testing.T) {
	if _, err := access.SumOf("secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
