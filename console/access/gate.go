package access

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Local is who uses a console on loopback.
const Local = "local"

// Gate stands before every handler.
type Gate struct {
	// Door is nil on loopback, where there is no log-in and Host is checked.
	Door *Door
	// Public reports whether a request needs no log-in.
	Public func(*http.Request) bool
	// Asks reports of a request other than GET whether it changes nothing, so
	// that a viewer may make it; nil: none is such.
	Asks func(*http.Request) bool
	// Refuse answers a request that does not get through.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, reason error)
	Now    func() time.Time
}

type userKey struct{}

// UserOf returns who makes the request of a context; empty where nobody had to
// say.
func UserOf(ctx context.Context) string {
	user, _ := ctx.Value(userKey{}).(string)
	return user
}

// Guard returns next behind the gate.
func (g *Gate) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Strict(w.Header())
		if err := g.placed(r); err != nil {
			g.Refuse(w, r, http.StatusForbidden, err)
			return
		}
		who, err := g.identify(r)
		if err != nil && !g.Public(r) {
			g.turnAway(w, r, err)
			return
		}
		if !who.may(r, g.Asks) {
			g.Refuse(w, r, http.StatusForbidden, ErrMayNot)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, who.Name)))
	})
}

func (g *Gate) placed(r *http.Request) error {
	if g.Door == nil {
		if err := CheckHost(r); err != nil {
			return err
		}
	}
	return CheckOrigin(r)
}

func (g *Gate) identify(r *http.Request) (Caller, error) {
	if g.Door == nil {
		return Caller{Name: Local, Role: Admin}, nil
	}
	return g.Door.Identify(r, g.Now())
}

// turnAway says why. It does not ask a browser to show its own dialogue
// (WWW-Authenticate: Basic), since the page has one.
func (g *Gate) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusUnauthorized
	if late, ok := errors.AsType[*WaitError](err); ok {
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(int(late.Wait/time.Second)+1))
	} else {
		w.Header().Set("WWW-Authenticate", `Bearer realm="holdfast"`)
	}
	g.Refuse(w, r, status, err)
}

// Strict sets the headers with which a browser keeps the page to itself: no
// script, style, image or connection but our own, no frame around it, no
// guessing of types, no trace elsewhere of where it was.
func Strict(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}
