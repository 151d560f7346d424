package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/holdfast-edge/holdfast/console/client"
)

// connection is how a command finds the cloud.
type connection struct {
	URL   string `name:"api" env:"HOLDFAST_CLOUD_URL" help:"The API of a member." default:"http://127.0.0.1:8472" placeholder:"URL"`
	Token string `env:"HOLDFAST_CLOUD_TOKEN" help:"An API token. Without it, that of the first admin is read from --data." placeholder:"hfa1.…"`
	Data  string `env:"HOLDFAST_CLOUD_DATA" default:"/var/lib/holdfast-cloud" help:"The directory of a member on this machine." placeholder:"DIR"`
	CAS   string `name:"trust" help:"PEM file of authorities to trust for the API, beside the system's." placeholder:"FILE"`
	JSON  bool   `help:"Print JSON."`
}

func (c *connection) open() (*client.Client, error) {
	token := c.Token
	if token == "" {
		text, err := os.ReadFile(filepath.Join(c.Data, adminToken))
		if err != nil {
			return nil, fmt.Errorf("no token: give --token, or the --data of a member on this machine: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	return client.New(client.Options{URL: c.URL, Token: token, CA: c.CAS})
}

// printJSON writes a value for programs.
func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// table writes rows under titles of one word each.
func table(w io.Writer, titles string, rows [][]string) error {
	return titled(w, strings.Fields(titles), rows)
}

// titled writes rows under titles.
func titled(w io.Writer, titles []string, rows [][]string) error {
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, err := fmt.Fprintln(out, strings.Join(titles, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = strings.Map(printable, cell)
		}
		if err == nil {
			_, err = fmt.Fprintln(out, strings.Join(row, "\t"))
		}
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// printable keeps a text from breaking the table, or from moving the cursor.
func printable(r rune) rune {
	if r < ' ' || r == 0x7F {
		return ' '
	}
	return r
}
