package access_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/holdfast-edge/holdfast/console/access"
)

const password = "correct horse"

// door is one whose hash costs little.
func door(t testing.TB) *access.Door {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return access.NewDoor(hash)
}

func request(change func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "10.0.0.7:5555"
	if change != nil {
		change(r)
	}
	return r
}

func basic(user, password string) *http.Request {
	return request(func(r *http.Request) { r.SetBasicAuth(user, password) })
}

func TestASessionIsProvenByCookieOrBearer(t *testing.T) {
	d := door(t)
	token, err := d.LogIn(t.Context(), "10.0.0.7:1", access.User, password, noon)
	if err != nil {
		t.Fatal(err)
	}
	byCookie := request(func(r *http.Request) { r.AddCookie(access.Cookie(token)) })
	byBearer := request(func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	for _, r := range []*http.Request{byCookie, byBearer} {
		if who, err := d.Identify(r, noon); err != nil || who.Name != access.User || who.Role != access.Admin {
			t.Errorf("%+v, %v", who, err)
		}
	}
	d.LogOut(byCookie)
	if _, err := d.Identify(byBearer, noon); !errors.Is(err, access.ErrNobody) {
		t.Errorf("after logging out: %v", err)
	}
}

func TestTheCookieStaysWithThisHostThisPageAndTLS(t *testing.T) {
	c := access.Cookie("token")
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("got %+v", c)
	}
	if access.Cookie("").MaxAge >= 0 {
		t.Error("logging out leaves the cookie")
	}
}

func TestTheWrongUserOrPasswordIsNobody(t *testing.T) {
	d := door(t)
	for _, r := range []*http.Request{
		request(nil), basic("admin", "wrong"), basic("root", password), basic("", ""),
		request(func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }),
		request(func(r *http.Request) { r.AddCookie(access.Cookie("x")) }),
	} {
		if user, err := d.Identify(r, noon); !errors.Is(err, access.ErrNobody) {
			t.Errorf("%+v, %v", user, err)
		}
	}
	if d.Refused() != 3 {
		t.Errorf("%d attempts counted", d.Refused())
	}
}

func TestManyWrongPasswordsAtOnceAreLimited(t *testing.T) {
	d := door(t)
	var late, nobody atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			_, err := d.Identify(basic(access.User, "wrong"), noon)
			if _, ok := errors.AsType[*access.WaitError](err); ok {
				late.Add(1)
			} else if errors.Is(err, access.ErrNobody) {
				nobody.Add(1)
			}
		})
	}
	all.Wait()
	if nobody.Load() != 5 || late.Load() != 35 {
		t.Errorf("%d were compared, %d had to wait", nobody.Load(), late.Load())
	}
	if _, err := d.Identify(basic(access.User, password), noon); err == nil {
		t.Error("the limit does not hold for the right password, so that guessing goes on")
	}
	if _, err := d.Identify(basic(access.User, password), noon.Add(time.Minute)); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestAClientWithTheRightPasswordIsNotHeldUpByOthersGuesses(t *testing.T) {
	d := door(t)
	if _, err := d.Identify(basic(access.User, password), noon); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		_, _ = d.Identify(basic(access.User, "wrong"), noon)
	}
	if _, err := d.Identify(basic(access.User, password), noon); err != nil {
		t.Errorf("got %v", err)
	}
	if _, err := d.Identify(basic("root", password), noon); err == nil {
		t.Error("a known password opens to any user")
	}
}

func BenchmarkAKnownPassword(b *testing.B) {
	d := door(b)
	r := basic(access.User, password)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Identify(r, noon); err != nil {
			b.Fatal(err)
		}
	}
}
