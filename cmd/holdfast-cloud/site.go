package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/desired"
)

// siteCommand is what concerns the directory of sites.
type siteCommand struct {
	Add    siteAddCommand    `cmd:"" help:"Add a site, and print the token with which its node joins."`
	List   siteListCommand   `cmd:"" help:"List sites."`
	Token  siteTokenCommand  `cmd:"" help:"Print a new token for a site, to join again."`
	Set    siteSetCommand    `cmd:"" help:"Set labels, parameters and the policy of changes; NAME= removes one."`
	Revoke siteRevokeCommand `cmd:"" help:"Believe no certificate of a site from now on."`
	Remove siteRemoveCommand `cmd:"" help:"Forget a site."`
}

type siteAddCommand struct {
	Name       string            `arg:"" help:"The site's name, as in its configuration."`
	Labels     map[string]string `short:"l" name:"label" help:"Labels, for selectors." placeholder:"NAME=VALUE"`
	Parameters map[string]string `short:"p" name:"parameter" help:"Parameters, for templates." placeholder:"NAME=VALUE"`

	connection
}

// Run is called by the command line.
func (c *siteAddCommand) Run(ctx context.Context, s *surroundings) error {
	return c.printToken(ctx, s, "/api/v1/sites", api.NewSite{Name: c.Name, Labels: c.Labels, Parameters: c.Parameters})
}

// printToken has a token made and prints it.
func (c *connection) printToken(ctx context.Context, s *surroundings, path string, in any) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var token api.JoinToken
	if err := cloud.Send(ctx, http.MethodPost, path, in, &token); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, token)
	}
	_, err = fmt.Fprintf(s.out, "%s\n\nIt joins site %s, once, until %s. On the node:\n\n  holdfast edge join --cloud HOST:8471 --data DIR --token %s\n",
		token.Token, token.Site, token.Expires.Local().Format(time.DateTime), "…")
	return err
}

type siteTokenCommand struct {
	Name string `arg:"" help:"The site."`

	connection
}

// Run is called by the command line.
func (c *siteTokenCommand) Run(ctx context.Context, s *surroundings) error {
	return c.printToken(ctx, s, "/api/v1/sites/"+url.PathEscape(c.Name)+"/token", struct{}{})
}

type siteListCommand struct {
	Selector string `short:"s" help:"Only sites that a selector chooses, such as region=eu,name=plant-*."`

	connection
}

// Run is called by the command line.
func (c *siteListCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var list []api.Site
	if err := cloud.Get(ctx, "/api/v1/sites", url.Values{"selector": {c.Selector}}, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, list)
	}
	var rows [][]string
	for _, site := range list {
		rows = append(rows, siteRow(site))
	}
	return table(s.out, "SITE STATE MEMBER LABELS DESIRED RUNNING CONFIRMED PROGRAM PHASE", rows)
}

func siteRow(site api.Site) []string {
	row := []string{site.Name, "never joined", "", labels(site.Labels), fmt.Sprint(site.Desired), "", "", "", ""}
	switch {
	case site.Owner != nil:
		row[1], row[2] = "connected", site.Owner.Member
	case !site.Revoked.IsZero():
		row[1] = "revoked"
	case !site.Enrolled.IsZero():
		row[1] = "away"
	}
	if r := site.Reported; r != nil {
		row[5], row[6], row[7], row[8] = fmt.Sprint(r.Running), fmt.Sprint(r.Confirmed), programOf(r), r.Phase
		if r.Drift {
			row[8] += ", drifted: " + r.Detail
		}
		if r.Reason != "" {
			row[8] += ": " + short(r.Reason)
		}
	}
	return row
}

// programOf is the version that a site runs, and how it stands to the one that it was told to run last.
func programOf(r *desired.Reported) string {
	switch p := r.Program; p.Phase {
	case "", "confirmed":
		return r.Version
	case "reverted":
		return r.Version + ", " + p.Version + " reverted: " + short(p.Reason)
	default:
		return r.Version + ", " + p.Phase
	}
}

// shortest is how much of a reason is in a list; get site has all of it.
const shortest = 72

func short(reason string) string {
	if letters := []rune(reason); len(letters) > shortest {
		return string(letters[:shortest-1]) + "…"
	}
	return reason
}

func labels(all map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, key+"="+all[key])
	}
	return strings.Join(parts, ",")
}

type siteSetCommand struct {
	Name       string            `arg:"" help:"The site."`
	Labels     map[string]string `short:"l" name:"label" placeholder:"NAME=VALUE" help:"Labels, for selectors."`
	Parameters map[string]string `short:"p" name:"parameter" placeholder:"NAME=VALUE" help:"Parameters, for templates."`

	sitePolicy
	connection
}

// sitePolicy is how generations are brought in at a site. What is not given stays.
type sitePolicy struct {
	Health  *time.Duration `help:"How long a new generation is watched." placeholder:"DURATION"`
	MaxBad  *float64       `name:"max-bad" help:"The share of tags, 0 to 1, that may be Bad after a change and were not before." placeholder:"SHARE"`
	Hold    *time.Duration `help:"How long the site's interlock may hold a change, which is then withdrawn." placeholder:"DURATION"`
	Confirm *time.Duration `help:"Within this a change of the way to the cloud has to be confirmed by the cloud." placeholder:"DURATION"`
	Drift   string         `enum:",keep,override" default:"" help:"What becomes of a local change: keep it until the next generation, or override it." placeholder:"keep|override"`
}

// given is the change; nil where nothing is.
func (p *sitePolicy) given() *api.PolicyChange {
	c := api.PolicyChange{HealthWindow: p.Health, MaxBadTags: p.MaxBad, HoldFor: p.Hold, ConfirmIn: p.Confirm}
	if p.Drift != "" {
		keep := p.Drift == "keep"
		c.KeepDrift = &keep
	}
	if c == (api.PolicyChange{}) {
		return nil
	}
	return &c
}

// Run is called by the command line.
func (c *siteSetCommand) Run(ctx context.Context, _ *surroundings) error {
	change := api.SiteChange{Labels: c.Labels, Parameters: c.Parameters, Policy: c.given()}
	return c.change(ctx, http.MethodPatch, "/api/v1/sites/"+url.PathEscape(c.Name), change)
}

// change sends what changes something and has no answer of interest.
func (c *connection) change(ctx context.Context, method, path string, in any) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	return cloud.Send(ctx, method, path, in, nil)
}

type siteRevokeCommand struct {
	Name string `arg:"" help:"The site."`

	connection
}

// Run is called by the command line.
func (c *siteRevokeCommand) Run(ctx context.Context, _ *surroundings) error {
	return c.change(ctx, http.MethodPost, "/api/v1/sites/"+url.PathEscape(c.Name)+"/revoke", struct{}{})
}

type siteRemoveCommand struct {
	Name string `arg:"" help:"The site."`

	connection
}

// Run is called by the command line.
func (c *siteRemoveCommand) Run(ctx context.Context, _ *surroundings) error {
	return c.change(ctx, http.MethodDelete, "/api/v1/sites/"+url.PathEscape(c.Name), struct{}{})
}
