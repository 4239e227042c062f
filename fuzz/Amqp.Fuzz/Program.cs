using Amqp.Fuzz;

// See docs/fuzzing.md; fuzz/run.sh does all of it.
switch (args)
{
    case ["run", var name]:
        Action<byte[]> target = Targets.Find(name);
        SharpFuzz.Fuzzer.OutOfProcess.Run(stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            target(bytes.ToArray());
        });
        return 0;
    case ["seeds", var name, var folder]:
        Directory.CreateDirectory(folder);
        foreach ((string title, byte[] bytes) in Targets.Seeds(name))
        {
            File.WriteAllBytes(Path.Combine(folder, title), bytes);
        }

        return 0;
    case ["replay", var name, .. var files] when files.Length > 0:
        foreach (string file in files)
        {
            Targets.Find(name)(File.ReadAllBytes(file));
        }

        Console.WriteLine($"{files.Length} inputs passed");
        return 0;
    default:
        Console.Error.WriteLine("amqp-fuzz run|seeds|replay receive|broker [FOLDER | FILES...]");
        return 64;
}
