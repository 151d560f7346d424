package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// Site is a site with all that is known of it.
type Site struct {
	sites.Site

	Owner    *gateway.Owner    `json:"owner,omitempty" doc:"The member that has its session; missing: it is not connected."`
	Session  *gateway.Session  `json:"session,omitempty" doc:"Where this member has it."`
	Desired  uint64            `json:"desired" doc:"Generation that it shall run; 0: none."`
	Reported *desired.Reported `json:"reported,omitempty" doc:"What it said last of what it runs."`
}

// Connected tells whether the site is connected to any member.
func (s Site) Connected() bool { return s.Owner != nil }

// SiteInput names a site in a path.
type SiteInput struct {
	Site string `path:"site" example:"plant-7"`
}

// NewSite is a site to be.
type NewSite struct {
	Name       string            `json:"name" example:"plant-7"`
	Labels     map[string]string `json:"labels,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty" doc:"For templates."`
}

// JoinToken lets a site join once.
type JoinToken struct {
	Site    string    `json:"site"`
	Token   string    `json:"token" doc:"It is told this once."`
	Expires time.Time `json:"expires"`
}

// SiteChange is what changes of a site; what is missing stays.
type SiteChange struct {
	Labels     map[string]string `json:"labels,omitempty" doc:"Set, or with an empty value removed."`
	Parameters map[string]string `json:"parameters,omitempty" doc:"Set, or with an empty value removed."`
	Policy     *PolicyChange     `json:"policy,omitempty"`
}

func (s *Server) describeSites(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites", "list-sites", "sites", "The sites that the token is for"), s.listSites)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/sites", "add-site", "sites", "Add a site, and make the token with which it joins"), s.addSite)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}", "show-site", "sites", "A site"), s.showSite)
	openapi.Register(api, operation(http.MethodPatch, "/api/v1/sites/{site}", "change-site", "sites", "Change labels, parameters or policy"), s.changeSite)
	openapi.Register(api, operation(http.MethodDelete, "/api/v1/sites/{site}", "remove-site", "sites", "Forget a site; its certificate is believed no more"), s.removeSite)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/sites/{site}/token", "make-join-token", "sites", "Make a token with which the site joins again"), s.makeToken)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/sites/{site}/revoke", "revoke-site", "sites", "Believe no certificate of the site from now on"), s.revokeSite)
}

type listSitesInput struct {
	Selector string `query:"selector" example:"region=eu,name=plant-*"`
}

func (s *Server) listSites(ctx context.Context, in *listSitesInput) (*body[[]Site], error) {
	chosen, err := s.choose(ctx, in.Selector, access.Viewer)
	if err != nil {
		return nil, problem(err)
	}
	list := make([]Site, 0, len(chosen))
	owners, _, err := kv.LoadAll[gateway.Owner](ctx, s.o.Store, gateway.OwnerPrefix)
	if err != nil {
		return nil, problem(err)
	}
	reports, _, err := kv.LoadAll[desired.Reported](ctx, s.o.Store, desired.ReportedPrefix)
	if err != nil {
		return nil, problem(err)
	}
	generations, _, err := kv.LoadAll[desired.Generation](ctx, s.o.Store, desired.Prefix)
	if err != nil {
		return nil, problem(err)
	}
	owner, reported, generation := by(owners, func(o gateway.Owner) string { return o.Site }), by(reports, func(r desired.Reported) string { return r.Site }), by(generations, func(g desired.Generation) string { return g.Site })
	for _, c := range chosen {
		v := Site{Site: c, Owner: owner[c.Name], Reported: reported[c.Name]}
		if g := generation[c.Name]; g != nil {
			v.Desired = g.Number
		}
		if session, ok := s.o.Gateway.Connected(c.Name); ok {
			v.Session = &session
		}
		list = append(list, v)
	}
	return &body[[]Site]{list}, nil
}

func by[T any](list []T, key func(T) string) map[string]*T {
	all := make(map[string]*T, len(list))
	for i := range list {
		all[key(list[i])] = &list[i]
	}
	return all
}

// choose returns the sites of a selector at which who asks may act with a role.
func (s *Server) choose(ctx context.Context, selector string, role access.Role) (chosen []sites.Site, err error) {
	wanted, err := access.ParseSelector(selector)
	if err != nil {
		return nil, errors.Join(errInput, err)
	}
	all, err := s.o.Sites.List(ctx)
	if err != nil {
		return nil, err
	}
	p := who(ctx)
	for _, c := range all {
		if wanted.Matches(c.Name, c.Labels) && p.May(role, c.Name, c.Labels) == nil {
			chosen = append(chosen, c)
		}
	}
	return chosen, nil
}

func (s *Server) addSite(ctx context.Context, in *body[NewSite]) (*body[JoinToken], error) {
	if err := s.may(ctx, access.Admin, "", "add site"); err != nil {
		return nil, err
	}
	if err := link.CheckName(in.Body.Name); err != nil {
		return nil, problem(errors.Join(errInput, err))
	}
	err := s.o.Sites.Add(ctx, sites.Site{Name: in.Body.Name, Labels: in.Body.Labels, Parameters: in.Body.Parameters, By: who(ctx).Name})
	if err := s.done(ctx, "add site", in.Body.Name, "", err); err != nil {
		return nil, err
	}
	return s.token(ctx, in.Body.Name)
}

func (s *Server) makeToken(ctx context.Context, in *SiteInput) (*body[JoinToken], error) {
	if err := s.may(ctx, access.Admin, in.Site, "make join token"); err != nil {
		return nil, err
	}
	return s.token(ctx, in.Site)
}

func (s *Server) token(ctx context.Context, site string) (*body[JoinToken], error) {
	token, expires, err := s.o.Sites.Token(ctx, site)
	if err := s.done(ctx, "make join token", site, "", err); err != nil {
		return nil, err
	}
	return &body[JoinToken]{JoinToken{site, token, expires}}, nil
}

func (s *Server) showSite(ctx context.Context, in *SiteInput) (*body[Site], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "show site"); err != nil {
		return nil, err
	}
	v, err := s.site(ctx, in.Site)
	return &body[Site]{v}, problem(err)
}

// site puts together what is known of a site.
func (s *Server) site(ctx context.Context, name string) (v Site, err error) {
	if v.Site, err = s.o.Sites.Site(ctx, name); err != nil {
		return v, err
	}
	if o, _, err := kv.Load[gateway.Owner](ctx, s.o.Store, gateway.OwnerPrefix+name); err == nil {
		v.Owner = &o
	} else if !errors.Is(err, kv.ErrNotFound) {
		return v, err
	}
	if session, ok := s.o.Gateway.Connected(name); ok {
		v.Session = &session
	}
	if g, err := s.o.Desired.Current(ctx, name); err == nil {
		v.Desired = g.Number
	} else if !errors.Is(err, desired.ErrNone) {
		return v, err
	}
	if r, err := s.o.Desired.Reported(ctx, name); err == nil {
		v.Reported = &r
	} else if !errors.Is(err, desired.ErrNone) {
		return v, err
	}
	return v, nil
}

type changeSiteInput struct {
	SiteInput

	Body SiteChange
}

func (s *Server) changeSite(ctx context.Context, in *changeSiteInput) (*body[Site], error) {
	if err := s.may(ctx, access.Admin, in.Site, "change site"); err != nil {
		return nil, err
	}
	err := s.o.Sites.Change(ctx, in.Site, func(c *sites.Site) {
		c.Labels, c.Parameters = merged(c.Labels, in.Body.Labels), merged(c.Parameters, in.Body.Parameters)
		if in.Body.Policy != nil {
			policy := in.Body.Policy.over(s.o.Desired.Policy(c))
			c.Policy = &policy
		}
	})
	if err := s.done(ctx, "change site", in.Site, "", err); err != nil {
		return nil, err
	}
	v, err := s.site(ctx, in.Site)
	return &body[Site]{v}, problem(err)
}

func merged(have, change map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{have, change} {
		for k, v := range m {
			if all[k] = v; v == "" {
				delete(all, k)
			}
		}
	}
	return all
}

func (s *Server) removeSite(ctx context.Context, in *SiteInput) (*struct{}, error) {
	if err := s.may(ctx, access.Admin, in.Site, "remove site"); err != nil {
		return nil, err
	}
	return nil, s.done(ctx, "remove site", in.Site, "", s.o.Sites.Remove(ctx, in.Site))
}

func (s *Server) revokeSite(ctx context.Context, in *SiteInput) (*struct{}, error) {
	if err := s.may(ctx, access.Admin, in.Site, "revoke site"); err != nil {
		return nil, err
	}
	return nil, s.done(ctx, "revoke site", in.Site, "", s.o.Sites.Revoke(ctx, in.Site))
}
