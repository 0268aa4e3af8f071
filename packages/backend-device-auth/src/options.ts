import type { DynamicModule, InjectionToken, OptionalFactoryDependency, Type } from "@nestjs/common";

/** A module's class. */
export type ModuleClass = Type;

/** Options that a factory makes from other providers. */
export interface AsyncOptions<T> {
  /** Modules whose providers the factory needs. */
  imports?: NonNullable<DynamicModule["imports"]>;
  /** What the factory is called with, in this order. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options. */
  // The providers of an application have whatever types they have.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  useFactory: (...providers: any[]) => T | Promise<T>;
  /** Whether other modules see the services without importing this one; `true` when absent. */
  global?: boolean;
}

/**
 * The module's class and its options, of a call that names the class first (as in `forRootAsync(DeviceAuthModule, {…})`) or
 * leaves it out.
 */
export function argumentsOf<T extends object>(
  module: ModuleClass,
  given: readonly [T] | readonly [ModuleClass, T],
): [ModuleClass, T] {
  return given.length === 1 ? [module, given[0]] : [given[0], given[1]];
}

/**
 * Whether a module is global has to be known before its factory runs, so a factory that says `global: false` would be
 * overheard.
 *
 * @throws TypeError if it says so.
 */
export function refuseLateGlobal(module: string, options: { global?: boolean }, isGlobal: boolean): void {
  if (options.global === false && isGlobal) {
    throw new TypeError(`${module}: write \`global: false\` beside useFactory, not into what it returns`);
  }
}
