package openapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/internal/openapi"
)

type request struct{ method string }

func (r *request) Resolve(ctx huma.Context) []error {
	r.method = ctx.Method()
	return nil
}

type asked struct {
	request
	ID    uint32    `path:"id"`
	Name  string    `query:"name" required:"true" maxLength:"4"`
	Limit int       `query:"limit" minimum:"1" maximum:"9" default:"5"`
	All   bool      `query:"all"`
	Since time.Time `query:"since"`
	Of    []string  `query:"of" maxItems:"2"`
	Why   string    `header:"Why"`
	Body  struct {
		Text string `json:"text" minLength:"2"`
		Deep struct {
			N int `json:"n,omitempty" default:"7"`
		} `json:"deep,omitempty"`
	}
}

type answer struct {
	Status int
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   map[string]any
}

// told is what an operation has answered.
type told struct {
	status int
	header http.Header
	text   string
}

// serve has some operations served and returns what asks one of them.
func serve(t *testing.T, register func(huma.API)) func(method, path, body string) told {
	t.Helper()
	mux := http.NewServeMux()
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	register(humago.New(mux, config))
	return func(method, path, body string) told {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Why", "because")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return told{w.Code, w.Header(), w.Body.String()}
	}
}

func op(method, path string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: method + path, MaxBodyBytes: 100}
}

func TestTheFieldsOfARequestAreFilledAndTheAnswerIsWritten(t *testing.T) {
	ask := serve(t, func(api huma.API) {
		openapi.Register(api, op(http.MethodPost, "/things/{id}"), func(_ context.Context, in *asked) (*answer, error) {
			return &answer{Status: http.StatusCreated, Cookie: http.Cookie{Name: "a", Value: "b"}, Body: map[string]any{
				"id": in.ID, "name": in.Name, "limit": in.Limit, "all": in.All, "since": in.Since, "of": in.Of, "why": in.Why,
				"text": in.Body.Text, "n": in.Body.Deep.N, "method": in.method,
			}}, nil
		})
	})
	got := ask("POST", "/things/12?name=pump&all=true&since=2026-11-28T12:00:00Z&of=x&of=y", `{"text":"abc"}`)
	const want = `{"all":true,"id":12,"limit":5,"method":"POST","n":7,"name":"pump","of":["x","y"],"since":"2026-11-28T12:00:00Z","text":"abc","why":"because"}`
	if got.status != http.StatusCreated || strings.TrimSpace(got.text) != want || got.header.Get("Set-Cookie") != "a=b" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v\n%s\nwant\n%s", got.status, got.header, got.text, want)
	}
}

func TestWhatIsWrongWithARequestIsToldWithItsPlace(t *testing.T) {
	ask := serve(t, func(api huma.API) {
		openapi.Register(api, op(http.MethodPost, "/things/{id}"), func(context.Context, *asked) (*answer, error) {
			t.Error("it is handled all the same")
			return nil, nil
		})
	})
	for _, c := range []struct {
		path, body string
		status     int
		where      string // in the answer
	}{
		{"/things/x?name=a", `{"text":"abc"}`, 422, `"path.id"`},
		{"/things/4294967296?name=a", `{"text":"abc"}`, 422, `"path.id"`},
		{"/things/1", `{"text":"abc"}`, 422, `"query.name"`},
		{"/things/1?name=longer", `{"text":"abc"}`, 422, `"query.name"`},
		{"/things/1?name=a&limit=10", `{"text":"abc"}`, 422, `"query.limit"`},
		{"/things/1?name=a&all=perhaps", `{"text":"abc"}`, 422, `"query.all"`},
		{"/things/1?name=a&since=noon", `{"text":"abc"}`, 422, `"query.since"`},
		{"/things/1?name=a&of=1&of=2&of=3", `{"text":"abc"}`, 422, `"query.of"`},
		{"/things/1?name=a", `{"text":"a"}`, 422, `"body.text"`},
		{"/things/1?name=a", `{"text":"abc","more":1}`, 422, `"body.more"`},
		{"/things/1?name=a", `{"text":`, 400, `"body"`},
		{"/things/1?name=a", ``, 400, "request body is required"},
		{"/things/1?name=a", `{"text":"` + strings.Repeat("a", 100) + `"}`, 413, "limit=100 bytes"},
	} {
		got := ask("POST", c.path, c.body)
		if got.status != c.status || !strings.Contains(got.text, c.where) || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s, want %d with %s", c.path, c.body, got.status, got.text, c.status, c.where)
		}
	}
}

func TestAnErrorIsToldAsItSaysItself(t *testing.T) {
	ask := serve(t, func(api huma.API) {
		for path, err := range map[string]error{
			"/busy": huma.ErrorWithHeaders(huma.Error429TooManyRequests("later"), http.Header{"Retry-After": {"3"}}),
			"/bug":  errors.New("what nobody thought of"),
		} {
			openapi.Register(api, op(http.MethodGet, path), func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
		}
		openapi.Register(api, op(http.MethodGet, "/nothing"), func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	})
	for path, want := range map[string]int{"/busy": 429, "/bug": 500, "/nothing": 204} {
		got := ask("GET", path, "")
		if got.status != want || (path == "/busy") != (got.header.Get("Retry-After") == "3") {
			t.Errorf("%s: %d %v %s, want %d", path, got.status, got.header, got.text, want)
		}
		var problem huma.ErrorModel
		if want != 204 && (json.Unmarshal([]byte(got.text), &problem) != nil || problem.Status != want) {
			t.Errorf("%s: %s is no problem", path, got.text)
		}
	}
}

func TestABodyIsTakenAndGivenAsItIs(t *testing.T) {
	type raw struct {
		RawBody []byte `contentType:"application/octet-stream"`
	}
	ask := serve(t, func(api huma.API) {
		openapi.Register(api, op(http.MethodPut, "/raw"), func(_ context.Context, in *raw) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				ctx.SetStatus(http.StatusAccepted)
				_, _ = ctx.BodyWriter().Write(in.RawBody)
			}}, nil
		})
	})
	if got := ask("PUT", "/raw", "\x00\xff"); got.status != http.StatusAccepted || got.text != "\x00\xff" {
		t.Errorf("%d %q", got.status, got.text)
	}
}

func TestATypeThatCannotBeServedIsRefusedAtOnce(t *testing.T) {
	for name, register := range map[string]func(huma.API){
		"a parameter that is a structure": func(api huma.API) {
			openapi.Register(api, op("GET", "/"), func(context.Context, *struct {
				A struct{ B int } `query:"a"`
			},
			) (*struct{}, error) {
				return nil, nil
			})
		},
		"a body that is another function": func(api huma.API) {
			openapi.Register(api, op("GET", "/"), func(context.Context, *struct{}) (*struct{ Body func() }, error) { return nil, nil })
		},
		"a default that is none": func(api huma.API) {
			openapi.Register(api, op("GET", "/"), func(context.Context, *struct {
				Body struct {
					N int `json:"n,omitempty" default:"many"`
				}
			},
			) (*struct{}, error) {
				return nil, nil
			})
		},
	} {
		if !panics(func() { serve(t, register) }) {
			t.Errorf("%s is taken", name)
		}
	}
}

func panics(f func()) (does bool) {
	defer func() { does = recover() != nil }()
	f()
	return false
}
