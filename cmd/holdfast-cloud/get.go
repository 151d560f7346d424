package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

type getCommand struct {
	What string `arg:"" enum:"members,site,status,values,events,telemetry,commands,desired,generations" help:"What to show: ${enum}."`
	Site string `arg:"" optional:"" help:"Of which site."`

	connection
}

// Run is called by the command line.
func (c *getCommand) Run(ctx context.Context, s *surroundings) error {
	path := "/api/v1/members"
	if c.What != "members" {
		if c.Site == "" {
			return commandline.WithCode(exitUsage, fmt.Errorf("get %s SITE: name the site", c.What))
		}
		path = "/api/v1/sites/" + url.PathEscape(c.Site)
		if c.What != "site" {
			path += "/" + c.What
		}
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var answer json.RawMessage
	if err := cloud.Get(ctx, path, nil, &answer); err != nil {
		return err
	}
	if show, ok := listings()[c.What]; ok && !c.JSON {
		return show(s.out, answer)
	}
	_, err = fmt.Fprintln(s.out, indented(answer))
	return err
}

type tokenCommand struct {
	Make   tokenMakeCommand   `cmd:"" help:"Make an API token."`
	List   tokenListCommand   `cmd:"" help:"List who has tokens."`
	Remove tokenRemoveCommand `cmd:"" help:"End a token."`
}

type tokenMakeCommand struct {
	Name  string      `arg:"" help:"Of the person or program, for the audit log."`
	Role  access.Role `required:"" enum:"viewer,operator,engineer,admin" help:"What it may do: ${enum}."`
	Sites string      `help:"Selector of the sites that it is for; all if not given."`

	connection
}

// Run is called by the command line.
func (c *tokenMakeCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var token api.Token
	if err := cloud.Send(ctx, http.MethodPost, "/api/v1/tokens", api.NewToken{Name: c.Name, Role: c.Role, Sites: c.Sites}, &token); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, token.Token)
	return err
}

type tokenListCommand struct{ connection }

// Run is called by the command line.
func (c *tokenListCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var list []access.Principal
	if err := cloud.Get(ctx, "/api/v1/tokens", nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, list)
	}
	var rows [][]string
	for _, p := range list {
		rows = append(rows, []string{p.ID, p.Name, string(p.Role), p.Sites, p.Created.Local().Format(time.DateTime)})
	}
	return table(s.out, "ID NAME ROLE SITES CREATED", rows)
}

type tokenRemoveCommand struct {
	ID string `arg:"" help:"As token list shows it."`

	connection
}

// Run is called by the command line.
func (c *tokenRemoveCommand) Run(ctx context.Context, _ *surroundings) error {
	return c.change(ctx, http.MethodDelete, "/api/v1/tokens/"+url.PathEscape(c.ID), struct{}{})
}

type auditCommand struct {
	Day    string `help:"UTC, YYYY-MM-DD; today if not given."`
	Limit  int    `default:"100" help:"The last so many."`
	Verify bool   `help:"Check every record there is instead."`

	connection
}

// Run is called by the command line.
func (c *auditCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	if c.Verify {
		var wrong []string
		if err := cloud.Get(ctx, "/api/v1/audit/verify", nil, &wrong); err != nil {
			return err
		}
		for _, w := range wrong {
			_, _ = fmt.Fprintln(s.out, w)
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%d audit records are not as they were written", len(wrong))
		}
		_, err := fmt.Fprintln(s.out, "Every record is as it was written.")
		return err
	}
	var list []audit.Record
	if err := cloud.Get(ctx, "/api/v1/audit", url.Values{"day": {c.Day}, "limit": {fmt.Sprint(c.Limit)}}, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, list)
	}
	var rows [][]string
	for _, r := range list {
		rows = append(rows, []string{r.Time.Local().Format(time.DateTime), r.Who, r.What, r.Target, r.Result, r.Detail})
	}
	return table(s.out, "TIME WHO WHAT TARGET RESULT DETAIL", rows)
}

type caCommand struct {
	Show   caShowCommand   `cmd:"" help:"Show which CAs are trusted."`
	Rotate caRotateCommand `cmd:"" help:"Make a new CA, which signs from now on; the old one is trusted until it is retired."`
	Retire caRetireCommand `cmd:"" help:"Trust a CA no more."`
}

type (
	caShowCommand   struct{ connection }
	caRotateCommand struct{ connection }
	caRetireCommand struct {
		Number int `arg:"" help:"As ca show tells it."`

		connection
	}
)

// Run is called by the command line.
func (c *caShowCommand) Run(ctx context.Context, s *surroundings) error {
	return c.ca(ctx, s, http.MethodGet, "")
}

// Run is called by the command line.
func (c *caRotateCommand) Run(ctx context.Context, s *surroundings) error {
	return c.ca(ctx, s, http.MethodPost, "/rotate")
}

// Run is called by the command line.
func (c *caRetireCommand) Run(ctx context.Context, s *surroundings) error {
	return c.ca(ctx, s, http.MethodPost, fmt.Sprintf("/%d/retire", c.Number))
}

func (c *connection) ca(ctx context.Context, s *surroundings, method, what string) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var ca api.CA
	if method == http.MethodGet {
		err = cloud.Get(ctx, "/api/v1/authority"+what, nil, &ca)
	} else {
		err = cloud.Send(ctx, method, "/api/v1/authority"+what, struct{}{}, &ca)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "CA %d signs. Trusted are %v.\n", ca.Trusted[0], ca.Trusted)
	return err
}
