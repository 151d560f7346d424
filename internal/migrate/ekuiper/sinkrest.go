package ekuiper

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// restSink posts.
func (m *migration) restSink(s *sending) (*migrate.Node, error) {
	p := s.props
	method, address := strings.ToUpper(p.Text("method")), p.Text("url")
	switch {
	case p.Has("oAuth"):
		return nil, errors.New("a log-in by OAuth has no equivalent")
	case strings.Contains(address+method, "{{"):
		return nil, errors.New("an address or method that a row names has no equivalent")
	case !slices.Contains([]string{"POST", "PUT", "PATCH"}, method):
		return nil, fmt.Errorf("method %s sends no rows: POST, PUT and PATCH do", map[bool]string{true: "GET", false: method}[method == ""])
	}
	name := s.rule.name + "_rest"
	body := migrate.Map(nil).Text("type", "http")
	u, err := m.address(body, address, p.place("url"), name)
	if err != nil {
		return nil, err
	}
	if method != "POST" {
		body.Text("method", method)
	}
	m.headers(s, body, name)
	m.restBody(s, body)
	if ms := milliseconds(firstOf(p, "timeout"), "timeout"); ms > 0 {
		body.Duration("timeout", min(max(ms, 100*time.Millisecond), time.Hour))
	}
	if u.Scheme == "https" {
		m.certificates(body, p)
	} else {
		m.certificates(nil, p)
	}
	return m.sink(s, body), nil
}

// address writes the address of a server, without what is secret in it.
func (m *migration) address(body *migrate.Node, text string, at migrate.Origin, resource string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the address cannot be read: want http://HOST") // it may hold a password
	}
	password, _ := u.User.Password()
	user := u.User.Username()
	u.User = nil
	query := u.Query()
	for _, key := range slices.Sorted(maps.Keys(query)) {
		if isSecret(strings.ToLower(key)) {
			query.Del(key)
			m.report.Hand(at, "what the address has in its query as "+key+" looks like a secret, and is not copied: use username, password or token")
		}
	}
	if len(query) != len(u.Query()) {
		u.RawQuery = query.Encode()
	}
	body.Text("url", u.String()).Text("username", user)
	m.secret(body, "password", at, password, resource, "the password of "+named(user)+" at "+u.Host)
	return u, nil
}

// firstOf is the layer that has a key.
func firstOf(l layers, key string) *migrate.Object {
	if o := l.find(key); o != nil {
		return o
	}
	return migrate.Empty(migrate.Origin{})
}

// restBody writes what a request holds.
func (m *migration) restBody(s *sending, body *migrate.Node) {
	p := s.props
	switch kind := p.Text("bodyType"); kind {
	case "", "json":
	case "text":
		body.Text("content_type", "text/plain")
	case "html", "xml":
		body.Text("content_type", "text/"+kind)
	default:
		m.report.LeftOut(p.place("bodyType"), fmt.Sprintf("a body of %s has no equivalent: it is what the template says", kind))
	}
	if len(s.fields) > 0 {
		body.Put("fields", migrate.Texts(s.fields))
	}
	if !s.array || s.custom {
		body.Text("body", "single")
	}
	if kind := p.Text("compression"); kind == "gzip" || kind == "zstd" {
		body.Text("compression", kind)
	} else if kind != "" {
		m.report.LeftOut(p.place("compression"), "requests are compressed by gzip or zstd here")
	}
	body.Text("template", s.row)
}

// headers writes those that hold no secret; a log-in becomes one here.
func (m *migration) headers(s *sending, body *migrate.Node, name string) {
	h := s.props.Object("headers")
	if h == nil {
		return
	}
	plain := migrate.Map(nil)
	plain.Flow = true
	for _, key := range h.Keys() {
		value := h.Text(key)
		switch lower := strings.ToLower(key); {
		case strings.Contains(value, "{{"):
			m.report.LeftOut(h.Place(key), "a header that a row names has no equivalent")
		case lower == "authorization":
			m.authorization(h, key, value, body, name)
		case lower == "content-type":
			body.Text("content_type", value)
		case isSecret(lower):
			m.report.Hand(h.Place(key), "the header looks like a secret, and is not copied: use username, password or token, or write it yourself")
		default:
			plain.Text(key, value)
		}
	}
	if len(plain.Keys()) > 0 {
		body.Put("headers", plain)
	}
}

// isSecret tells of a name that secrets have.
func isSecret(name string) bool {
	return slices.ContainsFunc([]string{"key", "token", "secret", "auth", "password", "cookie", "signature"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// authorization makes a log-in of the header.
func (m *migration) authorization(h *migrate.Object, key, value string, body *migrate.Node, name string) {
	scheme, rest, _ := strings.Cut(value, " ")
	if strings.EqualFold(scheme, "basic") {
		if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest)); err == nil {
			user, _, _ := strings.Cut(string(plain), ":")
			body.Text("username", user)
			m.secret(body, "password", h.Place(key), value, name, "the password of "+named(user)+", which the header Authorization has")
			return
		}
	}
	if strings.EqualFold(scheme, "bearer") {
		m.secret(body, "token", h.Place(key), value, name, "the token that the header Authorization has")
		return
	}
	m.report.Hand(h.Place(key), "the log-in is neither Basic nor Bearer, and is not copied")
}
