import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue()],
  build: { outDir: "../dist/web", emptyOutDir: true, assetsInlineLimit: 0 },
  logLevel: "warn",
});
