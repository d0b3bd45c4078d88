package io.captioner.train;
public final class Trainer { static final class Builder {} }
