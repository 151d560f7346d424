// Command enippeer is a Logix-like server that nobody here wrote, of github.com/danomagnum/gologix, with a few tags. It listens on port
// 44818 of every address, so it is run in a network namespace of its own.
package main

import (
	"fmt"
	"os"

	"github.com/danomagnum/gologix"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	path, err := gologix.ParsePath("1,0")
	if err != nil {
		return err
	}
	provider := &gologix.MapTagProvider{}
	for name, v := range map[string]any{
		"adint": int32(-12345), "areal": float32(21.7), "aint": int16(3), "text": "Hello", "list": []int32{1, 2, 3, 4, 5},
	} {
		if err := provider.TagWrite(name, v); err != nil {
			return err
		}
	}
	router := &gologix.PathRouter{}
	router.Handle(path.Bytes(), provider)
	return gologix.NewServer(router).Serve()
}
