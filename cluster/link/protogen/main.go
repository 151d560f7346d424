// Command protogen writes the Go code of protocol buffers, without the C++ compiler that is usual for it: it reads them
// with protocompile and hands them to the generator that protoc-gen-go is made of.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) } //nolint:forbidigo // main ends the process

// run is the program: it returns its exit code.
func run(args []string, errs io.Writer) int {
	if len(args) != 1 {
		_, _ = fmt.Fprintln(errs, "usage: protogen FILE.proto")
		return 2
	}
	if err := generate(args[0]); err != nil {
		_, _ = fmt.Fprintln(errs, "protogen:", err)
		return 1
	}
	return 0
}

// generate writes NAME.pb.go beside NAME.proto, which imports nothing.
func generate(path string) error {
	dir, name := filepath.Split(path)
	compiler := protocompile.Compiler{
		Resolver:       &protocompile.SourceResolver{ImportPaths: []string{dir}},
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := compiler.Compile(context.Background(), name)
	if err != nil {
		return err
	}
	plugin, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{name},
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile:      []*descriptorpb.FileDescriptorProto{protodesc.ToFileDescriptorProto(files[0])},
	})
	if err != nil {
		return err
	}
	for _, file := range plugin.Files {
		gengo.GenerateFile(plugin, file)
	}
	response := plugin.Response()
	if response.Error != nil {
		return fmt.Errorf("%s", response.GetError())
	}
	for _, file := range response.File {
		if err := os.WriteFile(filepath.Join(dir, file.GetName()), []byte(file.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
