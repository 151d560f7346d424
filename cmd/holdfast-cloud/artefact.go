package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// artefactCommand is what concerns artefacts.
type artefactCommand struct {
	Put    artefactPutCommand    `cmd:"" help:"Keep a WebAssembly module, or a version of the node's program, for sites to fetch."`
	List   artefactListCommand   `cmd:"" help:"List what sites may be told to use."`
	Remove artefactRemoveCommand `cmd:"" help:"Forget an artefact."`
}

type artefactPutCommand struct {
	File       string `arg:"" type:"existingfile" help:"A WebAssembly module, or a program as it was built for its platform."`
	OfVersion  string `name:"version" help:"Of a program: what it says to holdfast version." placeholder:"VERSION"`
	Name       string `help:"For people; the file's name if not given." placeholder:"NAME"`
	OfPlatform string `name:"platform" help:"Of a program, such as linux/arm64; read from the program if not given." placeholder:"OS/ARCH"`

	connection
}

// Run is called by the command line.
func (c *artefactPutCommand) Run(ctx context.Context, s *surroundings) error {
	octets, query, err := c.read()
	if err != nil {
		return commandline.WithCode(exitUsage, err)
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var a artefacts.Artefact
	if err := cloud.Upload(ctx, "/api/v1/artefacts", query, octets, &a); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, a)
	}
	_, err = fmt.Fprintf(s.out, "%s: sha256 %s, %d octets\n", a.Name, a.Digest, a.Size)
	return err
}

// read reads the file, and what it says of itself.
func (c *artefactPutCommand) read() (octets []byte, query url.Values, err error) {
	info, err := os.Stat(c.File)
	if err != nil {
		return nil, nil, err
	}
	if info.Size() > link.MaxArtefact {
		return nil, nil, fmt.Errorf("%s has %d octets, more than %d: build it with -ldflags \"-s -w\"", c.File, info.Size(), link.MaxArtefact)
	}
	if octets, err = os.ReadFile(c.File); err != nil {
		return nil, nil, err
	}
	query = url.Values{"name": {c.Name}, "kind": {string(artefacts.Wasm)}}
	if c.Name == "" {
		query.Set("name", filepath.Base(c.File))
	}
	if strings.HasPrefix(string(octets[:min(4, len(octets))]), "\x00asm") {
		return octets, query, nil
	}
	if c.OfPlatform == "" {
		if c.OfPlatform, err = platformOf(c.File); err != nil {
			return nil, nil, err
		}
	}
	if c.OfVersion == "" {
		return nil, nil, errors.New("say which --version of the program this is")
	}
	query.Set("kind", string(artefacts.Program))
	query.Set("version", c.OfVersion)
	query.Set("platform", c.OfPlatform)
	return octets, query, nil
}

// platformOf is what a program was built for, as Go's linker has written it down.
func platformOf(file string) (string, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s is neither WebAssembly nor a program that says its --platform: %w", file, err)
	}
	said := map[string]string{}
	for _, s := range info.Settings {
		said[s.Key] = s.Value
	}
	return said["GOOS"] + "/" + said["GOARCH"], nil
}

type artefactListCommand struct{ connection }

// Run is called by the command line.
func (c *artefactListCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var list []artefacts.Artefact
	if err := cloud.Get(ctx, "/api/v1/artefacts", nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, list)
	}
	var rows [][]string
	for _, a := range list {
		rows = append(rows, []string{a.Name, string(a.Kind), a.Version, a.Platform, fmt.Sprint(a.Size), a.By, a.Uploaded.Format(time.DateTime), a.Digest})
	}
	return table(s.out, "NAME KIND VERSION PLATFORM SIZE BY UPLOADED SHA256", rows)
}

type artefactRemoveCommand struct {
	Digest string `arg:"" help:"The SHA-256, as artefact list shows it."`
	Force  bool   `help:"Although sites were told to use it: they cannot fetch it again."`

	connection
}

// Run is called by the command line.
func (c *artefactRemoveCommand) Run(ctx context.Context, _ *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	path := "/api/v1/artefacts/" + url.PathEscape(c.Digest)
	answer, err := cloud.Open(ctx, http.MethodDelete, path, url.Values{"force": {fmt.Sprint(c.Force)}}, nil)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
