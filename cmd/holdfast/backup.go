package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/holdfast-edge/holdfast/store/archive"
)

// backupCommand fetches what another box needs to take a node's place.
type backupCommand struct {
	Out     string `short:"o" required:"" help:"The file to write; it is made, and only its owner may read it." placeholder:"FILE"`
	History bool   `help:"With the history, which may be large."`

	connection
}

// Help is the long form of the help.
func (*backupCommand) Help() string {
	return "The archive holds the configurations, who may log in, the node's identity and the sessions of its MQTT clients: keep it like a key. " +
		"Files that the configuration names, such as certificates and secrets, are not in it, and neither is the log: what that holds is this box's to deliver."
}

// Run is called by the command line.
func (c *backupCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	query := url.Values{}
	if c.History {
		query.Set("history", "true")
	}
	answer, err := node.Open(ctx, http.MethodPost, "/api/v1/backup", query, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	m, err := fetchArchive(answer.Body, c.Out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s, generation %d, %d files\n", c.Out, m.Site, m.Generation, len(m.Files))
	return err
}

// fetchArchive writes an archive to a file.
func fetchArchive(from io.Reader, path string) (m archive.Manifest, err error) {
	err = writeWhole(path, func(w io.Writer) (err error) {
		if m, err = archive.Verify(io.TeeReader(from, w)); err == nil {
			_, err = io.Copy(w, from)
		}
		return err
	})
	if err != nil {
		return m, fmt.Errorf("fetch the backup: %w", err)
	}
	return m, nil
}

// restoreCommand makes a data directory of a backup.
type restoreCommand struct {
	File string `arg:"" help:"The backup."`
	Data string `required:"" help:"The directory of the new node; it must not exist, or be empty." placeholder:"DIR"`
}

// Help is the long form of the help.
func (*restoreCommand) Help() string {
	return "Start the node afterwards with holdfast edge --data DIR: it runs the configuration that ran when the backup was made. " +
		"The old box must stay off: two nodes of one identity disturb each other. " +
		"The new one's records carry an incarnation of their own, so that a receiver can tell them from the old one's."
}

// Run is called by the command line.
func (c *restoreCommand) Run(s *surroundings) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := archive.Extract(f, c.Data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s, generation %d, as of %s. Start it with: holdfast edge --data %s\n",
		c.Data, m.Site, m.Generation, m.Made.Local().Format("2006-01-02 15:04"), c.Data)
	return err
}
