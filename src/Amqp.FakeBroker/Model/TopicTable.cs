namespace Amqp.FakeBroker.Model;

/// <summary>
/// Topic exchange. Keys are words between dots; an empty word is a word, but the empty key has none. In a pattern the
/// word "*" stands for one word and "#" for any number; glued to other characters both are literal. Patterns form a
/// tree of words, walked literal branch first, then "*", then "#": the order of matches depends on nothing but the
/// bindings. No part of a key is walked twice from one place in the tree, so a match costs at most the number of nodes
/// times that of words, however many "#" a pattern has.
/// </summary>
internal sealed class TopicTable : BindingTable
{
    private readonly Node _root = new();
    private ulong _stamp;

    public override void Add(Binding binding)
    {
        Node node = _root;
        ReadOnlySpan<char> rest = binding.Key;
        bool more = rest.Length > 0;
        while (more)
        {
            string word = TakeWord(ref rest, out more).ToString();
            if (word == "#" && node.IsHash)
            {
                continue; // "#.#" means "#"; folding it keeps the walk short
            }

            if (!node.Children.TryGetValue(word, out Node? child))
            {
                node.Children.Add(word, child = new Node { IsHash = word == "#" });
            }

            node = child;
        }

        node.Bindings.Add(binding);
    }

    public override void Remove(Binding binding)
    {
        ReadOnlySpan<char> key = binding.Key;
        Remove(_root, key, key.Length > 0, binding);
    }

    public override void Match(string routingKey, StoredMessage message, List<Binding> matches)
    {
        _stamp++;
        Walk(_root, routingKey, routingKey.Length > 0, matches);
    }

    /// <summary>
    /// Removes the binding and the branches that became empty; true when the node itself is empty now.
    /// </summary>
    private static bool Remove(Node node, ReadOnlySpan<char> rest, bool hasWord, Binding binding)
    {
        if (!hasWord)
        {
            node.Bindings.Remove(binding);
        }
        else
        {
            string word = TakeWord(ref rest, out bool more).ToString();
            if (word == "#" && node.IsHash)
            {
                return Remove(node, rest, more, binding);
            }

            if (node.Children.TryGetValue(word, out Node? child) && Remove(child, rest, more, binding))
            {
                node.Children.Remove(word);
            }
        }

        return node.Bindings.Count == 0 && node.Children.Count == 0;
    }

    private void Walk(Node node, ReadOnlySpan<char> rest, bool hasWord, List<Binding> matches)
    {
        if (!hasWord)
        {
            matches.AddRange(node.Bindings);
        }
        else
        {
            ReadOnlySpan<char> after = rest;
            ReadOnlySpan<char> word = TakeWord(ref after, out bool more);
            if (node.Words.TryGetValue(word, out Node? literal) && word is not "*" and not "#")
            {
                Walk(literal, after, more, matches);
            }

            if (node.Children.TryGetValue("*", out Node? star))
            {
                Walk(star, after, more, matches);
            }
        }

        if (node.Children.TryGetValue("#", out Node? hash))
        {
            WalkHash(hash, rest, hasWord, matches);
        }
    }

    /// <summary>
    /// "#" may swallow any number of the words that remain, none included. Below another "#" it is met again and again
    /// with less of the key left; all of that has been walked the first time.
    /// </summary>
    private void WalkHash(Node hash, ReadOnlySpan<char> rest, bool hasWord, List<Binding> matches)
    {
        int walked = hash.Stamp == _stamp ? hash.Walked : 0;
        int left = Left(rest, hasWord);
        if (left <= walked)
        {
            return;
        }

        hash.Stamp = _stamp;
        hash.Walked = left;
        Walk(hash, rest, hasWord, matches);
        while (hasWord)
        {
            TakeWord(ref rest, out hasWord);
            if (Left(rest, hasWord) <= walked)
            {
                break;
            }

            Walk(hash, rest, hasWord, matches);
        }
    }

    /// <summary>How much of the key remains: 1 for nothing, more for every word, even an empty one.</summary>
    private static int Left(ReadOnlySpan<char> rest, bool hasWord) => hasWord ? rest.Length + 2 : 1;

    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> rest, out bool more)
    {
        int dot = rest.IndexOf('.');
        more = dot >= 0;
        ReadOnlySpan<char> word = more ? rest[..dot] : rest;
        rest = more ? rest[(dot + 1)..] : default;
        return word;
    }

    private sealed class Node
    {
        public Node() => Words = Children.GetAlternateLookup<ReadOnlySpan<char>>();

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> Words { get; }

        public List<Binding> Bindings { get; } = [];

        public bool IsHash { get; init; }

        /// <summary>The match that walked from here last, and how much of its key remained at the most.</summary>
        public ulong Stamp { get; set; }

        public int Walked { get; set; }
    }
}
