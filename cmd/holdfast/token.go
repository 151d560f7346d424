package main

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/console/access"
)

// tokenCommand makes an API token. It asks no node.
type tokenCommand struct {
	Name string `arg:"" optional:"" default:"grafana" help:"Whose it will be."`
	Role string `enum:"viewer,admin" default:"viewer" help:"What it may do: ${enum}."`
}

// Run is called by the command line.
func (c *tokenCommand) Run(s *surroundings) error {
	token := access.NewToken()
	sum, err := access.SumOf(token)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, `Give this to %s; it is shown this once:

  %s

and this to the node, in its configuration:

  console:
    tokens:
      - {name: %s, role: %s, token_hash: %x}
`, c.Name, token, c.Name, c.Role, sum)
	return err
}
