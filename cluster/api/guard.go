package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/audit"
)

type principalKey struct{}

// guard lets in who has a token. What each may do, the operations ask.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		p, err := access.Principal{}, access.ErrNobody
		if ok {
			p, err = s.o.Keys.Recognise(r.Context(), token)
		}
		if err != nil {
			s.o.Logger.Warn("request refused", "remote", r.RemoteAddr, "method", r.Method, "path", r.URL.Path, "reason", err)
			refuse(w, problem(err))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), principalKey{}, p)))
	})
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	if known, ok := err.(huma.StatusError); ok { //nolint:errorlint // problem made it
		status = known.GetStatus()
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: err.Error()}) //nolint:errchkjson // the client may have gone
}

// who returns who asks.
func who(ctx context.Context) access.Principal {
	p, _ := ctx.Value(principalKey{}).(access.Principal)
	return p
}

// may checks that who asks may act at a site, which has to exist. A refusal is in the audit log.
func (s *Server) may(ctx context.Context, role access.Role, site, what string) error {
	p := who(ctx)
	var labels map[string]string
	if site != "" {
		there, err := s.o.Sites.Site(ctx, site)
		if err != nil {
			return problem(err)
		}
		labels = there.Labels
	}
	if err := p.May(role, site, labels); err != nil {
		written := s.o.Audit.Write(ctx, audit.Record{Who: p.Name, What: what, Target: site, Result: "refused", Detail: err.Error()})
		if written != nil {
			return problem(written)
		}
		return problem(err)
	}
	return nil
}

// done writes down what somebody did to the cloud or to a site's entry.
func (s *Server) done(ctx context.Context, what, target, detail string, err error) error {
	r := audit.Record{Who: who(ctx).Name, What: what, Target: target, Result: "done", Detail: detail}
	if err != nil {
		r.Result, r.Detail = "failed", err.Error()
	}
	if written := s.o.Audit.Write(ctx, r); written != nil && err == nil {
		err = written
	}
	return problem(err)
}
